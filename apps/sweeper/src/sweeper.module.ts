import { Module, type DynamicModule } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { Registry } from 'prom-client';
import type { Clock } from '#async';
import { RunLedgerCommand } from '#commands';
import {
  CLOCK,
  CommandProcessingModule,
  LEDGER_VARIABLES,
  METRICS,
  ProcessModule,
  READ_TABLES,
  StoresModule,
  answerCounter,
  type LedgerVariables,
} from '#platform';
import type { ReadTables } from '#read-model';
import { z } from 'zod';
import { Sweeper } from './sweeper.js';
import { SweeperRunner } from './sweeper.runner.js';

export const SWEEPER_VARIABLES = z.object(LEDGER_VARIABLES);

/** Sends ExpirePoints to the accounts in which something is due. */
@Module({})
export class SweeperModule {
  static forRoot(config: LedgerVariables): DynamicModule {
    return {
      module: SweeperModule,
      imports: [
        ProcessModule.forRoot({ app: 'sweeper', config, components: ['clock', 'sweep'] }),
        StoresModule.forRoot(['append', 'read tables']),
        CommandProcessingModule,
      ],
      providers: [
        {
          provide: Sweeper,
          inject: [READ_TABLES, CommandBus, CLOCK, METRICS],
          useFactory: (tables: ReadTables, bus: CommandBus, clock: Clock, metrics: Registry) => {
            const countAnswer = answerCounter(metrics);
            return new Sweeper({
              tables,
              now: () => clock.timeOfDay(),
              execute: async (command, origin) => {
                const result = await bus.execute(new RunLedgerCommand(command, origin));
                countAnswer(command.type, result.answer);
                return result;
              },
            });
          },
        },
        SweeperRunner,
      ],
    };
  }
}
