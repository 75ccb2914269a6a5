import { z } from 'zod';

// Zod compiles its parsers with `new Function`, which our content security policy forbids.
z.config({ jitless: true });
