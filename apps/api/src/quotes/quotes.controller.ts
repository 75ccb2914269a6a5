import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '#async';
import { parseWith, quoteRequest, type QuoteAnswer } from '#contracts';
import { quote } from '#ledger';
import { CLOCK, READ_TABLES, SETTINGS } from '#platform';
import type { ReadTables } from '#read-model';
import type { SettingsSource } from '#settings';
import { callerOf, type Caller } from '../common/access/caller.js';
import { RequirePermission, hasPermission } from '../common/access/permissions.js';
import { parsedOrThrow } from '../common/parsing/request-parsing.js';
import { forbidden } from '../common/problems/problem.js';
import { toParked } from '../common/reads/read-position.interceptor.js';
import { quoteRefused } from './quote-refusal.js';

/** Says what a consumption would cost now, by the price in force. */
@Controller('v1/quotes')
@RequirePermission('read businesses')
export class QuotesController {
  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<SettingsSource, 'inForceAt'>,
    @Inject(READ_TABLES) private readonly tables: Pick<ReadTables, 'account' | 'projectionStatus'>,
    @Inject(CLOCK) private readonly clock: Pick<Clock, 'timeOfDay'>,
  ) {}

  @Post()
  @HttpCode(200)
  async quote(@Req() request: FastifyRequest): Promise<QuoteAnswer> {
    const asked = parsedOrThrow(parseWith(quoteRequest, request.body ?? undefined));
    const { source_type: sourceType, quantity = null, duration = null, user_id = null } = asked;
    if (user_id !== null) requireReader(callerOf(request), user_id);
    const now = new Date(this.clock.timeOfDay()).toISOString();
    const { settings, terms } = await this.settings.inForceAt(now);
    const business = terms.businesses.get(sourceType);
    const quoted = quote({ sourceType, points: null, quantity, duration }, business);
    if ('code' in quoted) throw quoteRefused(quoted);
    const { points, business: priced } = quoted;
    if (priced.price === null) throw new Error('a bug: points were quoted without a price');
    return {
      points,
      price: { unit: priced.unit, ...priced.price },
      settings: settings.version,
      ...(user_id === null
        ? { affordable: null, balance: null }
        : await this.#affordable(points, user_id)),
    };
  }

  async #affordable(points: number, userId: string) {
    const account = await this.tables.account(userId);
    const { parked } = await this.tables.projectionStatus(userId);
    const balance = account?.balance ?? 0;
    return {
      affordable: points <= balance,
      balance,
      ...(parked !== null && { parked: toParked(parked) }),
    };
  }
}

/** The balance of a user is told to those who may read it. */
function requireReader(caller: Caller, userId: string): void {
  if (hasPermission(caller, 'read account', userId)) return;
  throw forbidden('The token does not permit reading the balance of this user.');
}
