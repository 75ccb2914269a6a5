export const DOCS_STYLE = `:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
section { border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
table { width: 100%; border-collapse: collapse; }
td { padding: 0.2rem 1rem 0.2rem 0; vertical-align: top; }
code { font: 0.875em/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { overflow-x: auto; max-height: 24rem; padding: 0.5rem;
  border: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
pre code { overflow-wrap: normal; }
.method { font-weight: 700; }
`;
