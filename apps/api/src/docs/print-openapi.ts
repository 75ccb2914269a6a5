import { createOpenApiDocument } from './openapi.js';

// Prints the document for `npm run lint:openapi`.
process.stdout.write(`${JSON.stringify(createOpenApiDocument(), null, 2)}\n`);
