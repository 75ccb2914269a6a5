import { Module, type DynamicModule } from '@nestjs/common';
import { METRICS } from '../tokens.js';
import { createMetrics } from './metrics.js';

@Module({})
export class MetricsModule {
  static forRoot(app: string): DynamicModule {
    return {
      module: MetricsModule,
      global: true,
      providers: [{ provide: METRICS, useFactory: () => createMetrics(app) }],
      exports: [METRICS],
    };
  }
}
