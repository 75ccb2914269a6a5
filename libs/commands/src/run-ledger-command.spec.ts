import { CommandBus } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { AccountCommandProcessor } from './account-command-processor.js';
import { CommandsModule } from './commands.module.js';
import { ORIGIN, consume, eventsIn, openProcessor, recharge } from './testing/index.js';
import type { CommandResult } from './command-batch.js';
import { RunLedgerCommand } from './run-ledger-command.js';

async function openBus() {
  const opened = openProcessor();
  const module = await Test.createTestingModule({
    imports: [CommandsModule.forRoot(opened.processor)],
  }).compile();
  await module.init();
  return { ...opened, module, bus: module.get(CommandBus) };
}

describe('The command bus', () => {
  it('routes every type of command by one class and returns its typed answer', async () => {
    const { bus, module } = await openBus();
    const recharged: CommandResult = await bus.execute(
      new RunLedgerCommand(recharge('r', 100), ORIGIN),
    );
    const spent: CommandResult = await bus.execute(new RunLedgerCommand(consume('a', 40), ORIGIN));
    expect(recharged.answer.balance).toBe(100);
    expect(spent.answer).toMatchObject({ status: 'accepted', balance: 60 });
    await module.close();
  });

  it('puts commands that are sent together into one append', async () => {
    const { bus, module, appends, log } = await openBus();
    const commands = [recharge('r', 100), consume('a', 1), consume('b', 2)];
    await Promise.all(
      commands.map((command) => bus.execute(new RunLedgerCommand(command, ORIGIN))),
    );
    expect(appends).toHaveLength(1);
    expect(eventsIn(log)).toHaveLength(3);
    await module.close();
  });

  it('uses the processor that it was given', async () => {
    const { processor, module } = await openBus();
    expect(module.get(AccountCommandProcessor)).toBe(processor);
    await module.close();
  });
});
