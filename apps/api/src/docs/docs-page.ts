import type { ApiDescription, OperationDescription } from './description.js';

/** The description as one page without a script: it works under the strictest policy. */
export function docsPage({ info, paths, components }: ApiDescription): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(method, path, operation)),
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => `<h3 id="${escaped(name)}">${escaped(name)}</h3>${code(schema)}`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)}</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<main>
<h1>${escaped(info.title)}</h1>
<p>${escaped(info.description)} As a machine reads it: <a href="/openapi.json">openapi.json</a></p>
<h2>Operations</h2>
${operations.join('\n')}
<h2>Schemas</h2>
${schemas.join('\n')}
</main>
</body>
</html>
`;
}

function section(method: string, path: string, operation: OperationDescription): string {
  const rows = operation.parameters.map(
    ({ name, in: place, required, schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${place}${required === true ? ', required' : ''}` +
      `</td><td><code>${escaped(JSON.stringify(schema))}</code></td></tr>`,
  );
  const answers = Object.entries(operation.responses).map(
    ([status, { description }]) =>
      `<tr><td><code>${status}</code></td><td colspan="2">${escaped(description)}</td></tr>`,
  );
  const body = operation.requestBody === undefined ? '' : bodyOf(path);
  return `<section>
<h3><span class="method">${method.toUpperCase()}</span> <code>${escaped(path)}</code></h3>
<p>${escaped(operation.summary)}. ${body}</p>
<table><tbody>${rows.join('')}${answers.join('')}</tbody></table>
</section>`;
}

function bodyOf(path: string): string {
  const name = escaped(path.slice(path.lastIndexOf('/') + 1));
  return `Body: <a href="#${name}">${name}</a>`;
}

const code = (value: unknown): string =>
  `<pre tabindex="0"><code>${escaped(JSON.stringify(value, null, 2))}</code></pre>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (it) => ENTITIES[it] ?? it);
