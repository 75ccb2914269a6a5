import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccountDesk } from './account-desk.js';
import type { Answered } from './group.js';
import { RunLedgerCommand } from './run-ledger-command.js';

@CommandHandler(RunLedgerCommand)
export class RunLedgerCommandHandler implements ICommandHandler<RunLedgerCommand> {
  constructor(private readonly desk: AccountDesk) {}

  execute({ command, origin, options }: RunLedgerCommand): Promise<Answered> {
    return this.desk.run(command, origin, options);
  }
}
