import { Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RunLedgerCommand, toLedgerCommand } from '#commands';
import { toOutcome, type CommandOutcome } from '#contracts';
import { NotAllowed } from '#senders';
import { callerOf } from '../common/access/caller.js';
import { RequirePermission } from '../common/access/permissions.js';
import { PARTS, type ApiParts } from '../api-parts.js';
import { senderForbidden, type Problem } from '../common/problems/problem.js';
import { POSITION_HEADER } from '../common/reads/read-position.interceptor.js';
import { refusalProblem } from './command-refusal.js';
import { parseCommand, parseCommandType } from './command-request.js';
import { commandOrigin } from './command-origin.js';

export const REPLAYED_HEADER = 'idempotency-replayed';

/** How long a command waits for room at the desk before its sender is told to come again. */
const QUEUE_WAIT_MS_MAX = 1_000;

@Controller('v1/commands')
export class CommandsController {
  constructor(
    private readonly bus: CommandBus,
    @Inject(PARTS) private readonly parts: ApiParts,
  ) {}

  @Post(':type')
  @HttpCode(200)
  @RequirePermission('send commands')
  async run(
    @Param('type') type: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandOutcome> {
    const known = parseCommandType(type);
    const from = this.parts.senders.authenticateSubject(callerOf(request).subject);
    if (!from.ok) throw this.#reportForbidden(new NotAllowed(from.denial));
    const sent = parseCommand(request, known, from.source);
    const command = toLedgerCommand(sent, new Date(this.parts.clock.timeOfDay()).toISOString());
    const origin = commandOrigin(request);
    const { answer, position } = await from.right
      .execute(command, (checkRecording) =>
        this.bus.execute(
          new RunLedgerCommand(command, origin, { waitMsMax: QUEUE_WAIT_MS_MAX, checkRecording }),
        ),
      )
      .catch((error: unknown) => {
        throw error instanceof NotAllowed ? this.#reportForbidden(error) : error;
      });
    this.parts.observer.commandProcessed(command, origin, answer);
    const outcome = toOutcome(command, answer, position);
    if (position !== null) void reply.header(POSITION_HEADER, position);
    if (outcome.replayed) void reply.header(REPLAYED_HEADER, 'true');
    if (outcome.code !== null) throw refusalProblem(outcome, outcome.code);
    return outcome;
  }

  #reportForbidden({ denial }: NotAllowed): Problem {
    this.parts.observer.commandForbidden(denial);
    return senderForbidden(denial.detail);
  }
}
