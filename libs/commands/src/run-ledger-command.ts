import { Command } from '@nestjs/cqrs';
import type { LedgerCommand } from '#ledger';
import type { RunOptions } from './account-command-processor.js';
import type { Origin } from './encode-event.js';
import type { CommandResult } from './command-batch.js';

/** The command bus routes by class and the ledger by `type`, so one class carries the whole union of commands. */
export class RunLedgerCommand extends Command<CommandResult> {
  constructor(
    readonly command: LedgerCommand,
    readonly origin: Origin,
    readonly options: RunOptions = {},
  ) {
    super();
  }
}
