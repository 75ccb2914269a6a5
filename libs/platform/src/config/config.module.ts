import { Module, type DynamicModule } from '@nestjs/common';
import { SYSTEM_CLOCK } from '#async';
import { CLOCK, CONFIG, ENVIRONMENT } from '../tokens.js';
import type { Environment } from './configuration.js';

/** Hands out what a process was configured with. Only its `main.ts` reads the environment. */
@Module({})
export class ConfigModule {
  static forRoot(config: object, environment: Environment = {}): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: ENVIRONMENT, useValue: environment },
        { provide: CLOCK, useValue: SYSTEM_CLOCK },
      ],
      exports: [CONFIG, ENVIRONMENT, CLOCK],
    };
  }
}
