import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { hotReload, PluginRuntime, presets, printEvents, watchPlugins } from 'hotpipe';
import type { Subscription } from 'rxjs';
import { Visits } from './visits.service';

/** The plugins, as a provider: it starts and ends with the application, and gives them the providers that they may use. */
@Injectable()
export class Plugins implements OnModuleInit, OnModuleDestroy {
  readonly runtime: PluginRuntime;
  #reloads: Subscription | undefined;

  constructor(visits: Visits) {
    this.runtime = new PluginRuntime({ provide: { visits } });
  }

  async onModuleInit() {
    const plugins = watchPlugins(this.runtime, 'plugins');
    this.#reloads = hotReload({
      ...presets.development,
      ...plugins,
      target: this.runtime,
    }).subscribe(printEvents());
    await this.runtime.ready();
  }

  async onModuleDestroy() {
    this.#reloads?.unsubscribe();
    await this.runtime.close();
  }
}
