// A browser for tests, without script: cookies by their rules (path, age, Secure), redirects followed within the site, forms filled in by
// name as a person would, and pages read by what a person sees.
import { type HTMLElement, parse } from 'node-html-parser';
import { CookieJar } from 'tough-cookie';

export interface Page {
  url: string;
  status: number;
  headers: Headers;
  html: string;
  /** The text a person reads. */
  text: string;
  title: string;
  heading: string;
  /** The lines of the error summary. */
  problems: string[];
  document: HTMLElement;
  /** Set when the last redirect left the site: where the client would now be called. */
  leftFor?: URL;
}

export interface TestBrowser {
  jar: CookieJar;
  get(path: string, headers?: Record<string, string>): Promise<Page>;
  /** Fills in the page's form and presses the button with this text (the first button when left out). */
  submit(page: Page, fields: Record<string, string>, button?: string): Promise<Page>;
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Page>;
  /** One exchange, no redirect followed. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

const mostRedirects = 20;

export function createBrowser(issuer: string): TestBrowser {
  const jar = new CookieJar(undefined, { looseMode: true });
  const { origin } = new URL(issuer);

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(path, issuer).href;
    const headers = new Headers(init.headers);
    const cookies = await jar.getCookieString(url);
    if (cookies) headers.set('Cookie', cookies);
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) await jar.setCookie(cookie, url);
    return response;
  }

  async function follow(path: string, init: RequestInit): Promise<Page> {
    let url = new URL(path, issuer);
    let response = await request(url.href, init);
    for (let count = 0; response.status >= 300 && response.status < 400; count += 1) {
      if (count >= mostRedirects) throw new Error(`more than ${mostRedirects} redirects, last to ${url.href}`);
      const location = new URL(response.headers.get('Location') ?? '', url);
      await response.arrayBuffer();
      if (location.origin !== origin) return { ...(await toPage(response, url.href)), leftFor: location };
      url = location;
      response = await request(url.href, {});
    }
    return toPage(response, url.href);
  }

  function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
    return follow(path, { method: 'POST', body: new URLSearchParams(fields), headers: { Origin: origin, ...headers } });
  }

  function submit(page: Page, fields: Record<string, string>, button?: string): Promise<Page> {
    const form = page.document.querySelectorAll('form').find((candidate) => buttonOf(candidate, button));
    if (!form)
      throw new Error(`no form with the button "${button ?? 'any'}" on ${page.url}: ${page.text.slice(0, 300)}`);
    const inputs = form.querySelectorAll('input[name]').filter(isSent);
    const names = new Set(form.querySelectorAll('[name]').map((field) => field.getAttribute('name')));
    for (const name of Object.keys(fields)) if (!names.has(name)) throw new Error(`no field "${name}" on ${page.url}`);
    const given = Object.fromEntries(
      inputs.map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']),
    );
    for (const select of form.querySelectorAll('select[name]'))
      given[select.getAttribute('name') ?? ''] =
        select.querySelector('option[selected]')?.getAttribute('value') ??
        select.querySelector('option')?.getAttribute('value') ??
        '';
    const pressed = buttonOf(form, button);
    const name = pressed?.getAttribute('name');
    const decision = name ? { [name]: pressed?.getAttribute('value') ?? '' } : {};
    return post(new URL(form.getAttribute('action') ?? '', page.url).href, { ...given, ...fields, ...decision });
  }

  return { jar, request, post, submit, get: (path, headers = {}) => follow(path, { headers }) };
}

/** What a browser sends of a form nobody touched; boxes are ticked by the test. */
function isSent(input: HTMLElement): boolean {
  const type = input.getAttribute('type');
  return type === 'radio' ? input.hasAttribute('checked') : type !== 'checkbox';
}

function buttonOf(form: HTMLElement, text: string | undefined): HTMLElement | undefined {
  return form.querySelectorAll('button').find((button) => text === undefined || button.textContent.trim() === text);
}

async function toPage(response: Response, url: string): Promise<Page> {
  const html = response.bodyUsed ? '' : await response.text();
  const document = parse(html);
  const main = document.querySelector('body') ?? document;
  return {
    url,
    status: response.status,
    headers: response.headers,
    html,
    document,
    text: main.structuredText,
    title: document.querySelector('title')?.textContent.trim() ?? '',
    heading: document.querySelector('h1')?.textContent.trim() ?? '',
    problems: document.querySelectorAll('[role=alert] li').map((line) => line.textContent.trim()),
  };
}
