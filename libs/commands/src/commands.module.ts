import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { AccountDesk } from './account-desk.js';
import { RunLedgerCommandHandler } from './run-ledger-command.handler.js';

/**
 * Puts a desk behind the command bus. The handler is there once `app.init()` has run: consumers
 * start after it. Who made the desk drains it, before the store it writes to is closed.
 */
@Module({})
export class CommandsModule {
  static withDesk(desk: AccountDesk): DynamicModule {
    return {
      module: CommandsModule,
      imports: [CqrsModule.forRoot()],
      providers: [{ provide: AccountDesk, useValue: desk }, RunLedgerCommandHandler],
      exports: [CqrsModule, AccountDesk],
    };
  }
}
