import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '#async';
import {
  settingsParams,
  settingsQuery,
  type BusinessList,
  type SettingsCheck,
  type SettingsPage,
  type SettingsPreview,
  type SettingsQuery,
  type SettingsVersion,
} from '#contracts';
import type { PublishedSettings, SettingsDraft, SettingsFault } from '#ledger';
import { CLOCK, READ_TABLES, SETTINGS } from '#platform';
import type { ReadTables } from '#read-model';
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
import { toPreview } from './settings-preview.js';
import { toSettingsPage, toSettingsVersion } from './settings-answers.js';

const DAY_MS = 86_400_000;

/** A pre-deduction is open for a week at most before it is extended. */
const UNNAMED_DAYS = 7;
/** So many consumptions are previewed. */
const PREVIEWED_MAX = 1_000;

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
    @Inject(READ_TABLES)
    private readonly tables: Pick<ReadTables, 'unnamedPreDeductions' | 'measuredConsumptions'>,
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
    const publication = this.#read(request);
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
    return { valid: true, version: (await this.#checked(request)).version };
  }

  /** Reads the consumptions that began last, under the prices of a version that could be published. */
  @Post('preview')
  @HttpCode(200)
  @RequirePermission('publish settings')
  async preview(@Req() request: FastifyRequest): Promise<SettingsPreview> {
    const { version, draft } = await this.#checked(request);
    // It was checked, so it is a whole version.
    const { businesses } = draft as unknown as SettingsDraft;
    const consumptions = await this.tables.measuredConsumptions(PREVIEWED_MAX);
    return toPreview(version, businesses, consumptions);
  }

  #read(request: FastifyRequest) {
    const { subject } = callerOf(request);
    const { version, draft, isAccepted, errors } = readPublication(
      request.body ?? undefined,
      subject,
    );
    const faultsBehind = async (before: PublishedSettings): Promise<SettingsFault[]> =>
      !isAccepted && before.rules === 1 && draft['rules'] === 2 ? this.#unnamedFaults() : [];
    return { version, draft, faults: errors, faultsBehind };
  }

  /** Throws a Problem that names every fault. */
  async #checked(request: FastifyRequest) {
    const { version, ...publication } = this.#read(request);
    goodOrThrow(await this.publisher.check({ version, ...publication }));
    if (version === null) throw new Error('a bug: a version without a number was found good');
    return { version, draft: publication.draft };
  }

  /** A sender that settles a pre-deduction by the id of its command does not find it under rules 2. */
  async #unnamedFaults(): Promise<SettingsFault[]> {
    const { lastAt, unnotedUntil } = await this.tables.unnamedPreDeductions();
    const since = new Date(this.clock.timeOfDay() - UNNAMED_DAYS * DAY_MS).toISOString();
    if (lastAt !== null && lastAt >= since) {
      const reason =
        `must be true: a pre-deduction that named no consumption began at ${lastAt}, and under rules 2 its ` +
        `sender may not find such a one again. Else wait until there was none for ${UNNAMED_DAYS} days`;
      const details = { last: lastAt };
      return [{ field: 'accept', code: 'UnnamedPreDeductions', details, reason }];
    }
    if (unnotedUntil === null || unnotedUntil < since) return [];
    const reason =
      `must be true: until ${unnotedUntil} the read tables were written by an earlier release, which did ` +
      'not note whether pre-deductions name their consumptions. ' +
      `Else rebuild the read tables, or wait for ${UNNAMED_DAYS} days`;
    const details = { until: unnotedUntil };
    return [{ field: 'accept', code: 'UnnotedPreDeductions', details, reason }];
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
