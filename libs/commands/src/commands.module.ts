import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { AccountCommandProcessor } from './account-command-processor.js';
import { FindAnswerQueryHandler } from './find-answer-query.handler.js';
import { RunLedgerCommandHandler } from './run-ledger-command.handler.js';

/**
 * Puts a command processor behind the command bus. The handler is registered once `app.init()` has
 * run, so consumers start after it. Whoever creates the processor drains it on shutdown, before the
 * store it writes to is closed.
 */
@Module({})
export class CommandsModule {
  static forRoot(processor: AccountCommandProcessor): DynamicModule {
    return CommandsModule.forRootAsync({ useFactory: () => processor });
  }

  static forRootAsync(
    provider: Omit<FactoryProvider<AccountCommandProcessor>, 'provide'>,
  ): DynamicModule {
    return {
      module: CommandsModule,
      imports: [CqrsModule.forRoot()],
      providers: [
        { ...provider, provide: AccountCommandProcessor },
        RunLedgerCommandHandler,
        FindAnswerQueryHandler,
      ],
      exports: [CqrsModule, AccountCommandProcessor],
    };
  }
}
