import './without-eval.js';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { parseAs, transactionsPage } from '#contracts';

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <p>{String(parseAs(transactionsPage, {}).ok)}</p>
    </StrictMode>,
  );
}
