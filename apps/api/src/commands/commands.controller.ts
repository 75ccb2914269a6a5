import { Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '#async';
import { RunLedgerCommand, toLedgerCommand } from '#commands';
import { toOutcome, type CommandOutcome } from '#contracts';
import { digestedData } from '#identity';
import { CLOCK, SENDERS, SETTINGS } from '#platform';
import { NotAllowed, type Senders } from '#senders';
import type { SettingsSource } from '#settings';
import { callerOf } from '../common/access/caller.js';
import { RequirePermission } from '../common/access/permissions.js';
import { API_OBSERVER, type ApiObserver } from '../common/observer/api-observer.js';
import { senderForbidden, type Problem } from '../common/problems/problem.js';
import { requestOrigin } from '../common/parsing/request-origin.js';
import { POSITION_HEADER } from '../common/reads/read-position.interceptor.js';
import { refusalProblem } from './command-refusal.js';
import { parseCommand, parseCommandType } from './command-request.js';

const REPLAYED_HEADER = 'idempotency-replayed';

/** How long a command is queued while the processor is full, before it is answered 503. */
const QUEUE_WAIT_MS_MAX = 1_000;

@Controller('v1/commands')
export class CommandsController {
  constructor(
    private readonly bus: CommandBus,
    @Inject(SETTINGS) private readonly settings: Pick<SettingsSource, 'inForceAt'>,
    @Inject(SENDERS) private readonly senders: Senders,
    @Inject(CLOCK) private readonly clock: Pick<Clock, 'timeOfDay'>,
    @Inject(API_OBSERVER) private readonly observer: ApiObserver,
  ) {}

  @Post(':type')
  @HttpCode(200)
  @RequirePermission('send commands')
  async run(
    @Param('type') name: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CommandOutcome> {
    const at = new Date(this.clock.timeOfDay()).toISOString();
    const { rules } = (await this.settings.inForceAt(at)).settings;
    const type = parseCommandType(name, rules);
    const from = this.senders.authenticateSubject(callerOf(request).subject);
    if (!from.ok) throw this.#reportForbidden(new NotAllowed(from.denial));
    const sent = parseCommand(request, { type, rules, source: from.source });
    const data = digestedData(sent.data);
    const command = toLedgerCommand(sent, at, data);
    const origin = { ...requestOrigin(request), data };
    const { answer, position } = await from.permission
      .execute(command, (checkRecording) =>
        this.bus.execute(
          new RunLedgerCommand(command, origin, { waitMsMax: QUEUE_WAIT_MS_MAX, checkRecording }),
        ),
      )
      .catch((error: unknown) => {
        throw error instanceof NotAllowed ? this.#reportForbidden(error) : error;
      });
    this.observer.commandProcessed(command, origin, answer);
    const outcome = toOutcome(command, answer, position);
    if (position !== null) void reply.header(POSITION_HEADER, position);
    if (outcome.replayed) void reply.header(REPLAYED_HEADER, 'true');
    if (outcome.code !== null) throw refusalProblem(outcome, outcome.code);
    return outcome;
  }

  #reportForbidden({ denial }: NotAllowed): Problem {
    this.observer.commandForbidden(denial);
    return senderForbidden(denial.detail);
  }
}
