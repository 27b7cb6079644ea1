import { Controller, Get, Query } from '@nestjs/common';
import { Plugins } from './plugins.service';

@Controller('greetings')
export class GreetingsController {
  constructor(private readonly plugins: Plugins) {}

  @Get()
  greet(@Query('name') name = 'you') {
    return this.plugins.runtime.call('greeter', 'greet', name);
  }
}
