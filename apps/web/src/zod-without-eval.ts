import { z } from 'zod';

// Zod compiles its parsers by `new Function`, which our content security policy forbids.
z.config({ jitless: true });
