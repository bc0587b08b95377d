/** The two pages that are shown to whoever is not in yet. They say nothing of the machine. */

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/door.css">
<title>${title}</title>
<main>${body}</main>
<script src="/door.js"></script>
</html>
`;

/**
 * After the launch token was taken: leads on, so that the token is not left in the address.
 * @param to a path without characters that HTML knows
 */
export const entering = (to: string): string =>
  page('Morphloom', `<p><a id="enter" href="${to}">Open the studio</a></p>`);

/** @param withForm whether there is a token that a person could type */
export const locked = (why: string, withForm: boolean): string =>
  page(
    'Morphloom is locked',
    `<h1>This studio is locked</h1><p>${why}</p>` +
      (withForm
        ? '<form id="unlock"><label for="token">Token</label><input id="token" type="password" autocomplete="current-password" required><button>Unlock</button><p role="alert" id="wrong"></p></form>'
        : ''),
  );

export const DOOR_SCRIPT = `'use strict';
const enter = document.getElementById('enter');
if (enter) location.replace(enter.href);
const form = document.getElementById('unlock');
if (form) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const answer = await fetch('/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token: document.getElementById('token').value }),
    });
    if (answer.ok) location.replace('/' + location.hash);
    else document.getElementById('wrong').textContent = await answer.text();
  });
}
`;

export const DOOR_STYLE = `
:root { color-scheme: dark light; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { max-width: 30rem; padding: 2rem; }
h1 { font-size: 1.25rem; }
form { display: grid; gap: .5rem; }
input, button { font: inherit; padding: .5rem .75rem; }
`;
