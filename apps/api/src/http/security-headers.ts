import type { SecurityHeadersOptions } from '@nestjs/common';

/** The pages load nothing from other origins and need nothing inline. */
export const SECURITY_HEADERS: SecurityHeadersOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: "'none'",
      scriptSrc: "'self'",
      styleSrc: "'self'",
      imgSrc: ["'self'", 'data:'],
      fontSrc: "'self'",
      connectSrc: "'self'",
      manifestSrc: "'self'",
      baseUri: "'none'",
      formAction: "'none'",
      frameAncestors: "'none'",
    },
  },
  strictTransportSecurity: { includeSubDomains: false },
  xFrameOptions: { action: 'deny' },
};
