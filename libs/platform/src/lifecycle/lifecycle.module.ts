import { Module, type DynamicModule } from '@nestjs/common';
import type { Log } from '../log/log.js';
import { LOG } from '../tokens.js';
import { GracefulShutdown } from './graceful-shutdown.js';

@Module({})
export class LifecycleModule {
  static forRoot(): DynamicModule {
    return {
      module: LifecycleModule,
      global: true,
      providers: [
        {
          provide: GracefulShutdown,
          inject: [LOG],
          useFactory: (log: Log) => new GracefulShutdown(log),
        },
      ],
      exports: [GracefulShutdown],
    };
  }
}
