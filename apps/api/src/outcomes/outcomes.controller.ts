import { Controller, Get, Query, Req } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import { FindAnswerQuery } from '#commands';
import { outcomeQuery, toOutcome, type CommandOutcome, type OutcomeQuery } from '#contracts';
import { commandIdOf } from '#identity';
import { callerOf } from '../common/access/caller.js';
import { RequirePermission, hasPermission } from '../common/access/permissions.js';
import { ZodPipe } from '../common/parsing/zod.pipe.js';
import { forbidden, notFound } from '../common/problems/problem.js';
import { ReplaySemaphore } from '../history/replay-semaphore.js';

/** Answers what became of a command, for a sender that did not hear it and for a support desk. */
@Controller('v1/outcomes')
@RequirePermission('read businesses')
export class OutcomesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly semaphore: ReplaySemaphore,
  ) {}

  @Get()
  async outcome(
    @Query(new ZodPipe(outcomeQuery)) query: OutcomeQuery,
    @Req() request: FastifyRequest,
  ): Promise<CommandOutcome> {
    const { user_id: userId, command_source: source, command_id: id } = query;
    // The guard knows only users in paths.
    if (!hasPermission(callerOf(request), 'read account', userId)) {
      throw forbidden('The token does not permit reading the account of this user.');
    }
    const found = await this.semaphore.run(() =>
      this.queries.execute(new FindAnswerQuery(userId, commandIdOf(userId, source, id))),
    );
    if (found === null) {
      throw notFound(
        'The account remembers no answer to this command: it was not carried out yet, or too long ago, ' +
          'or it was never sent.',
      );
    }
    return toOutcome(found.command, found.answer, found.position);
  }
}
