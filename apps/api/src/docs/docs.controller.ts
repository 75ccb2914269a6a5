import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Header, Param, StreamableFile } from '@nestjs/common';
import { RULES_OF_EDGE } from '#contracts';
import { Public } from '../common/access/permissions.js';
import { notFound } from '../common/problems/problem.js';
import { createOpenApiDocument } from './openapi.js';
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
  readonly #document = createOpenApiDocument(RULES_OF_EDGE);

  @Get('openapi.json')
  document() {
    return this.#document;
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
