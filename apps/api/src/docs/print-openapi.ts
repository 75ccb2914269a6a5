import { createOpenApiDocument } from './openapi.js';

// Prints the document of the newest rules for `npm run lint:openapi`.
process.stdout.write(`${JSON.stringify(createOpenApiDocument(2), null, 2)}\n`);
