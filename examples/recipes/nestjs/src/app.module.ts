import { Module } from '@nestjs/common';
import { GreetingsController } from './greetings.controller';
import { Plugins } from './plugins.service';
import { Visits } from './visits.service';

@Module({ controllers: [GreetingsController], providers: [Plugins, Visits] })
export class AppModule {}
