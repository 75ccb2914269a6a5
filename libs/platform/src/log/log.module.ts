import { Module, type DynamicModule } from '@nestjs/common';
import { LOG } from '../tokens.js';
import { createLog, type Log, type LogOptions } from './log.js';
import { NestLogger } from './nest-logger.js';

@Module({})
export class LogModule {
  static forRoot(options: LogOptions): DynamicModule {
    return {
      module: LogModule,
      global: true,
      providers: [
        { provide: LOG, useFactory: () => createLog(options) },
        { provide: NestLogger, inject: [LOG], useFactory: (log: Log) => new NestLogger(log) },
      ],
      exports: [LOG, NestLogger],
    };
  }
}
