import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { AccountCommandProcessor } from './account-command-processor.js';
import { RunLedgerCommandHandler } from './run-ledger-command.handler.js';

/**
 * Puts a desk behind the command bus. The handler is there once `app.init()` has run: consumers
 * start after it. Who made the desk drains it, before the store it writes to is closed.
 */
@Module({})
export class CommandsModule {
  static forProcessor(processor: AccountCommandProcessor): DynamicModule {
    return {
      module: CommandsModule,
      imports: [CqrsModule.forRoot()],
      providers: [
        { provide: AccountCommandProcessor, useValue: processor },
        RunLedgerCommandHandler,
      ],
      exports: [CqrsModule, AccountCommandProcessor],
    };
  }
}
