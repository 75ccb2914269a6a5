import { Controller, Get, Header } from '@nestjs/common';
import { Public } from '../common/access/permissions.js';
import { docsPage } from './docs-page.js';
import { DOCS_STYLE } from './docs-style.js';
import { openApi } from './openapi.js';

@Controller()
@Public()
export class DocsController {
  readonly #description = openApi();
  readonly #page = docsPage(this.#description);

  @Get('openapi.json')
  description() {
    return this.#description;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  page(): string {
    return this.#page;
  }

  @Get('docs/style.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style(): string {
    return DOCS_STYLE;
  }
}
