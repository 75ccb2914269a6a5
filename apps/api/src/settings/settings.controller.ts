import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '#async';
import {
  settingsParams,
  settingsQuery,
  type BusinessList,
  type FieldError,
  type SettingsCheck,
  type SettingsPage,
  type SettingsPreview,
  type SettingsQuery,
  type SettingsVersion,
} from '#contracts';
import type { SettingsDraft } from '#ledger';
import { CLOCK, READ_TABLES, SETTINGS } from '#platform';
import type { ReadTables } from '#read-model';
import {
  SettingsPublisher,
  SettingsUnavailable,
  type CheckResult,
  type LoggedVersion,
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
    private readonly tables: Pick<ReadTables, 'lastUnnamedAt' | 'measuredConsumptions'>,
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

  /** Reads the consumptions that began last, under the prices of a version that could be published. */
  @Post('preview')
  @HttpCode(200)
  @RequirePermission('publish settings')
  async preview(@Req() request: FastifyRequest): Promise<SettingsPreview> {
    const publication = await this.#readGood(request);
    goodOrThrow(await this.publisher.check(publication));
    // It was checked, so it is a whole version.
    const { businesses } = publication.draft as unknown as SettingsDraft;
    const consumptions = await this.tables.measuredConsumptions(PREVIEWED_MAX);
    return toPreview(publication.version, businesses, consumptions);
  }

  /** Throws a Problem that names every fault, those of the rules included. */
  async #readGood(request: FastifyRequest) {
    const { subject } = callerOf(request);
    const read = readPublication(request.body ?? undefined, subject);
    const { version, draft } = read;
    await this.reader.refresh();
    const { newest, size } = this.reader.versions;
    const isNext = version === null || version === size + 1;
    const errors = [...read.errors];
    if (!read.isAccepted && isNext && turnsRules2On(newest, draft)) {
      errors.push(...(await this.#unnamedFaults()));
    }
    if (version !== null && errors.length === 0) return { version, draft };
    const checked = await this.publisher.check({ version: size + 1, draft });
    const faults = checked.kind === 'invalid' ? checked.faults : [];
    throw invalidRequest([...errors, ...faults]);
  }

  /** A sender that settles a pre-deduction by the id of its command does not find it under rules 2. */
  async #unnamedFaults(): Promise<FieldError[]> {
    const last = await this.tables.lastUnnamedAt();
    const since = new Date(this.clock.timeOfDay() - UNNAMED_DAYS * DAY_MS).toISOString();
    if (last === null || last < since) return [];
    const reason =
      `must be true: a pre-deduction that named no consumption began at ${last}, and under rules 2 its ` +
      `sender may not find such a one again. Else wait until there was none for ${UNNAMED_DAYS} days`;
    return [{ field: 'accept', reason }];
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

const turnsRules2On = (
  newest: LoggedVersion | undefined,
  { rules }: Readonly<Record<string, unknown>>,
): boolean => rules === 2 && newest?.kind === 'known' && newest.inForce.settings.rules === 1;

function goodOrThrow(
  result: CheckResult,
): Extract<CheckResult, { readonly kind: 'valid' | 'published' }> {
  if (result.kind === 'conflict') throw settingsConflict(result.newest);
  if (result.kind === 'invalid') throw invalidRequest(result.faults);
  return result;
}
