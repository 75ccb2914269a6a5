import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule } from '#platform';
import type { MigrateVariables } from './migrate-variables.js';
import { Migrations, PRINT, type Print } from './migrations.js';

@Module({})
export class MigrateModule {
  static forRoot(config: MigrateVariables, print: Print): DynamicModule {
    return {
      module: MigrateModule,
      imports: [ConfigModule.forRoot(config)],
      providers: [{ provide: PRINT, useValue: print }, Migrations],
    };
  }
}
