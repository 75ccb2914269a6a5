import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AccountCommandProcessor } from './account-command-processor.js';
import type { CommandResult } from './command-batch.js';
import { RunLedgerCommand } from './run-ledger-command.js';

@CommandHandler(RunLedgerCommand)
export class RunLedgerCommandHandler implements ICommandHandler<RunLedgerCommand> {
  constructor(private readonly processor: AccountCommandProcessor) {}

  execute({ command, origin, options }: RunLedgerCommand): Promise<CommandResult> {
    return this.processor.run(command, origin, options);
  }
}
