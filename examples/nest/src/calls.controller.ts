import {
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  ParseEnumPipe,
  ParseUUIDPipe,
  Post,
} from '@nestjs/common';
import { setTimeout } from 'node:timers/promises';
import { LedgerClient, LedgerReader } from '@points-ledger/client';
import { acceptedOr, exceptionOf, type Done } from './answer.js';
import { POINTS_OF_CALL, POINTS_OF_SECOND, type PricedCall } from './prices.js';
import { readTask } from './task.js';

const CALLS = Object.fromEntries(Object.keys(POINTS_OF_CALL).map((name) => [name, name]));

@Controller('users/:user')
export class CallsController {
  constructor(
    private readonly ledger: LedgerClient,
    private readonly reader: LedgerReader,
  ) {}

  /** Script, polish and voice clone cost the same each time: they are paid before the work. */
  @Post('calls/:business')
  @HttpCode(200)
  async call(
    @Param('user', ParseUUIDPipe) user_id: string,
    @Param('business', new ParseEnumPipe(CALLS)) business: PricedCall,
    @Body() body: unknown,
  ): Promise<Done> {
    const task = readTask(body);
    const points = POINTS_OF_CALL[business];
    const paid = acceptedOr(
      await this.ledger.consume({ user_id, points, source_type: business, source_id: task.id }),
    );
    return { result: `${business} of ${task.text}`, points, balance: paid.balance };
  }

  /** Dubbing is billed by the real seconds, which are known once it is done. */
  @Post('dubbing')
  @HttpCode(200)
  async dub(@Param('user', ParseUUIDPipe) user_id: string, @Body() body: unknown): Promise<Done> {
    const task = readTask(body);
    const estimate = Math.max(1, Math.floor(task.text.length / 4));
    const held = await this.ledger.tryHold({
      user_id,
      source_type: 'tts',
      points: estimate * POINTS_OF_SECOND.tts,
      duration: estimate,
      settle_within: 60,
      source_id: task.id,
    });
    if (held.status !== 'held') throw exceptionOf(held);
    await using hold = held;
    const duration = await synthesize(task.text);
    const points = Math.round(duration * POINTS_OF_SECOND.tts);
    const settled = acceptedOr(await hold.settle({ points, duration }));
    return { result: `${duration} seconds of speech`, points, balance: settled.balance };
  }

  @Get('balance')
  async balance(@Param('user', ParseUUIDPipe) user: string) {
    const { balance, held, owed } = await this.reader.balance(user);
    return { balance, held, owed };
  }
}

async function synthesize(text: string): Promise<number> {
  await setTimeout(10);
  return text.length / 5;
}
