// Passkeys: asks the browser for one, or to make one, and posts what it answers in a plain form. Without script, or in a browser that has
// none, the parts of the page that this file shows stay hidden, and the page works as before.

const { PublicKeyCredential } = window;
const canUse = Boolean(PublicKeyCredential?.parseRequestOptionsFromJSON && PublicKeyCredential.prototype.toJSON);

/** A challenge is good for five minutes; the autofill of a page left open is given a fresh one before. */
const renewAfter = 4 * 60_000;

for (const part of document.querySelectorAll('[data-passkey]')) if (canUse) start(part);
for (const words of document.querySelectorAll('[data-passkey-missing]')) words.hidden = canUse;
if (canUse) offer();

/** @param {HTMLElement} part the form, and where it gets its options from */
function start(part) {
  const form = part.querySelector('form');
  const status = part.querySelector('[role="status"]');
  let waiting = new AbortController();
  part.hidden = false;

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    // The autofill that waits in the background would be in the way.
    waiting.abort();
    status.textContent = '';
    try {
      const options = await optionsOf();
      // The sign-in or the session is over: the page itself says so, and leads on.
      if (!options) return location.reload();
      post(await ask(options));
    } catch (error) {
      status.textContent = error.name === 'InvalidStateError' ? part.dataset.known : part.dataset.cancelled;
      if ('autofill' in part.dataset) autofill();
    }
  });

  if ('autofill' in part.dataset) autofill();

  /** Offers passkeys among the addresses that the field fills in, for as long as the page stands. */
  async function autofill() {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    waiting = new AbortController();
    const { signal } = waiting;
    const timer = setTimeout(() => {
      waiting.abort();
      autofill();
    }, renewAfter);
    try {
      const options = await optionsOf();
      if (options) post(await ask(options, { mediation: 'conditional', signal }));
    } catch {
      clearTimeout(timer);
    }
  }

  async function optionsOf() {
    const response = await fetch(part.dataset.passkey, { headers: { Accept: 'application/json' } });
    return response.headers.get('Content-Type')?.includes('json') ? response.json() : undefined;
  }

  function ask({ create, get }, more = {}) {
    return create
      ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(create) })
      : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(get), ...more });
  }

  function post(credential) {
    if (!credential) return;
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  }
}

/** Tells the server that this browser could make a passkey, so that one is offered after the sign-in. */
async function offer() {
  const field = document.querySelector('input[name="canMakePasskey"]');
  if (field && (await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable())) field.value = 'yes';
}
