// Runs in Chromium: puts one screen after another into an open page, as its own scripts would leave it, and looks at each.
// `runScripts` and `axe` stand beside it; see stage.ts.
/* global axe, runScripts */

/** @typedef {{ html: string, withScript: boolean, css?: string, dir?: string, axe?: object }} Showing */

/** @param {Omit<Showing, 'html'> & { htmls: string[] }} showing @returns {Promise<string[][]>} what is wrong, screen by screen */
async function lookAtAll({ htmls, ...look }) {
  const all = [];
  for (const html of htmls) all.push(await lookAt({ html, ...look }));
  return all;
}

async function lookAt({ html, withScript, css = '', dir, axe: rules }) {
  await put({ html, withScript });
  dress(css, dir);
  return [...(rules ? await axeFaults(rules) : []), ...layoutFaults()];
}

/** The document that a browser without script makes of the source, and with script what those of the screen make of it. */
async function put({ html, withScript }) {
  const made = new DOMParser().parseFromString(html, 'text/html');
  const root = document.documentElement;
  for (const { name } of [...root.attributes]) root.removeAttribute(name);
  for (const { name, value } of made.documentElement.attributes) root.setAttribute(name, value);
  // The sheets stay as they are: each stage has screens of the same ones.
  document.title = made.title;
  document.body.replaceWith(made.body);
  if (withScript) runScripts(made.querySelectorAll('script'));
  await Promise.all([...document.images].map(settled));
  window.scrollTo(0, 0);
}

function settled(image) {
  if (image.complete) return undefined;
  return new Promise((resolve) => {
    image.addEventListener('load', resolve);
    image.addEventListener('error', resolve);
  });
}

/** A sheet made by script is none of the page's own, which the content policy would refuse. */
function dress(css, dir) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = css ? [sheet] : [];
  if (dir) document.documentElement.dir = dir;
}

/** What axe finds wrong, and what it could not decide: a page is built so that it can decide everything. */
async function axeFaults(runOnly) {
  const { violations, incomplete } = await axe.run(document, { runOnly, resultTypes: ['violations', 'incomplete'] });
  return [...violations, ...incomplete].flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id} at ${node.target.join(' ')}: ${node.failureSummary}`),
  );
}

/** Nothing wider than the window, nothing cut off inside a button or a card, one heading of the page. */
function layoutFaults() {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    faults.push(`scrolls sideways: ${root.scrollWidth} in ${root.clientWidth}`);
  }
  for (const element of document.querySelectorAll('.button, .card, .section, .message')) {
    if (element.scrollWidth > element.clientWidth + 1) faults.push(`overflows: ${element.className}`);
  }
  if (document.querySelectorAll('h1').length !== 1) faults.push('not exactly one h1');
  return faults;
}

/** Everything of a screen but its sheets, to tell whether two are the same. */
function describePage() {
  return `${document.title}\n${document.documentElement.cloneNode().outerHTML}\n${document.body.outerHTML}`;
}

globalThis.stage = { lookAtAll, put, layoutFaults, describePage };
