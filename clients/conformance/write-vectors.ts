import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformanceText } from './conformance-table.js';

// `npm run conformance` writes the table anew. npm runs scripts in the folder of the package.

writeFileSync(join(process.cwd(), 'clients', 'conformance', 'vectors.json'), conformanceText());
