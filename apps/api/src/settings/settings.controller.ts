import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '#async';
import {
  settingsParams,
  settingsQuery,
  type BusinessList,
  type SettingsCheck,
  type SettingsPage,
  type SettingsQuery,
  type SettingsVersion,
} from '#contracts';
import { CLOCK, SETTINGS } from '#platform';
import {
  SettingsPublisher,
  SettingsUnavailable,
  type CheckResult,
  type SettingsReader,
} from '#settings';
import { callerOf } from '../common/access/caller.js';
import { RequirePermission } from '../common/access/permissions.js';
import { parseQueryParams } from '../common/parsing/request-parsing.js';
import { requestOrigin } from '../common/parsing/request-origin.js';
import { ZodPipe } from '../common/parsing/zod.pipe.js';
import { invalidRequest, notFound, settingsConflict } from '../common/problems/problem.js';
import { readPublication } from './publication-request.js';
import { toSettingsPage, toSettingsVersion } from './settings-answers.js';

const REPLAYED_HEADER = 'idempotency-replayed';

const nowOf = (clock: Pick<Clock, 'timeOfDay'>): string =>
  new Date(clock.timeOfDay()).toISOString();

/** Reads what was published until now, also by other processes. */
@Controller('v1/settings')
@RequirePermission('read as auditor')
export class SettingsController {
  constructor(
    @Inject(SETTINGS) private readonly reader: SettingsReader,
    @Inject(CLOCK) private readonly clock: Pick<Clock, 'timeOfDay'>,
    private readonly publisher: SettingsPublisher,
  ) {}

  @Get()
  async list(
    @Query(new ZodPipe(settingsQuery)) { before, limit }: SettingsQuery,
  ): Promise<SettingsPage> {
    await this.reader.refresh();
    const page = { limit, ...(before !== undefined && { before }) };
    return toSettingsPage(this.reader, nowOf(this.clock), page);
  }

  @Get(':version')
  async one(@Param('version') text: string): Promise<SettingsVersion> {
    const { version } = parseQueryParams(settingsParams, { version: text });
    await this.reader.refresh();
    const found = this.reader.versions.get(version);
    if (found === undefined) {
      throw notFound(`There is no version ${version}: the newest is ${this.reader.versions.size}.`);
    }
    if (found.kind === 'known') return toSettingsVersion(found.inForce.settings);
    const { message } = found.unknown;
    throw new SettingsUnavailable('unknown-rules', message, { cause: found.unknown });
  }

  @Post()
  @HttpCode(200)
  @RequirePermission('publish settings')
  async publish(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SettingsVersion> {
    const publication = await this.#readGood(request);
    const result = await this.publisher.publish({ ...publication, origin: requestOrigin(request) });
    const good = goodOrThrow(result);
    if (good.kind === 'valid') throw new Error('a bug: it was only checked');
    if (good.isRepeated) void reply.header(REPLAYED_HEADER, 'true');
    return toSettingsVersion(good.settings);
  }

  @Post('check')
  @HttpCode(200)
  @RequirePermission('publish settings')
  async check(@Req() request: FastifyRequest): Promise<SettingsCheck> {
    const publication = await this.#readGood(request);
    goodOrThrow(await this.publisher.check(publication));
    return { valid: true, version: publication.version };
  }

  /** Throws a Problem that names every fault, those of the rules included. */
  async #readGood(request: FastifyRequest) {
    const { subject } = callerOf(request);
    const { version, draft, errors } = readPublication(request.body ?? undefined, subject);
    if (version !== null && errors.length === 0) return { version, draft };
    await this.reader.refresh();
    const next = this.reader.versions.size + 1;
    const checked = await this.publisher.check({ version: next, draft });
    const faults = checked.kind === 'invalid' ? checked.faults : [];
    throw invalidRequest([...errors, ...faults]);
  }
}

@Controller('v1/businesses')
@RequirePermission('read businesses')
export class BusinessesController {
  constructor(
    @Inject(SETTINGS) private readonly reader: SettingsReader,
    @Inject(CLOCK) private readonly clock: Pick<Clock, 'timeOfDay'>,
  ) {}

  /** Those in force now, the retired ones among them: statements still name them. */
  @Get()
  async list(): Promise<BusinessList> {
    const { settings } = await this.reader.inForceAt(nowOf(this.clock));
    const { version, businesses } = toSettingsVersion(settings);
    return { settings: version, items: businesses };
  }
}

function goodOrThrow(
  result: CheckResult,
): Extract<CheckResult, { readonly kind: 'valid' | 'published' }> {
  if (result.kind === 'conflict') throw settingsConflict(result.newest);
  if (result.kind === 'invalid') throw invalidRequest(result.faults);
  return result;
}
