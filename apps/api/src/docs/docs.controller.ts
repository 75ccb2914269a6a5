import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Header, Inject, Param, StreamableFile } from '@nestjs/common';
import type { Clock } from '#async';
import type { RulesNumber } from '#ledger';
import { CLOCK, SETTINGS } from '#platform';
import { SettingsUnavailable, type SettingsSource } from '#settings';
import { Public } from '../common/access/permissions.js';
import { notFound } from '../common/problems/problem.js';
import { createOpenApiDocument } from './openapi.js';
import type { OpenApiDocument } from './openapi-types.js';
import { REFERENCE_PAGE, REFERENCE_SCRIPT } from './reference-page.js';

/** The folder of the package, whose files are read on request. */
const SWAGGER_UI = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

/** The OpenAPI document, and an interactive reference that renders it. */
@Controller()
@Public()
export class DocsController {
  readonly #documents = new Map<RulesNumber, OpenApiDocument>();
  /** Those that were last known to be in force; before the first read, the newest. */
  #rules: RulesNumber = 2;

  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<SettingsSource, 'inForceAt'>,
    @Inject(CLOCK) private readonly clock: Pick<Clock, 'timeOfDay'>,
  ) {}

  /**
   * Describes the commands that are taken now. It names no businesses of the settings, so that it is
   * complete while they can't be read.
   */
  @Get('openapi.json')
  async document(): Promise<OpenApiDocument> {
    const rules = await this.#rulesInForce();
    const known = this.#documents.get(rules);
    if (known !== undefined) return known;
    const document = createOpenApiDocument(rules);
    this.#documents.set(rules, document);
    return document;
  }

  async #rulesInForce(): Promise<RulesNumber> {
    const now = new Date(this.clock.timeOfDay()).toISOString();
    try {
      this.#rules = (await this.settings.inForceAt(now)).settings.rules;
    } catch (error) {
      // The reader has reported it, and commands are answered 503 meanwhile.
      if (!(error instanceof SettingsUnavailable)) throw error;
    }
    return this.#rules;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  page(): string {
    return REFERENCE_PAGE;
  }

  @Get('docs/reference.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): string {
    return REFERENCE_SCRIPT;
  }

  @Get('docs/:file')
  @Header('cache-control', 'public, max-age=86400')
  file(@Param('file') file: string): StreamableFile {
    const type = Object.hasOwn(MEDIA_TYPES, file) ? MEDIA_TYPES[file] : undefined;
    if (type === undefined) throw notFound('There is nothing at this address.');
    return new StreamableFile(createReadStream(join(SWAGGER_UI, file)), { type });
  }
}
