// A signed-in page warns before its session ends, and notices when the person comes back to it that the session is over or another one
// stands. It asks the server, which knows of other tabs too; asking does not keep the session alive.

/** How often the clock is looked at: timers of a page in the background, or of a machine asleep, cannot be relied on. */
const lookEveryMs = 15_000;
/** Coming back fires several events at once. */
const askAtMostEveryMs = 1_000;

/** @param {HTMLElement} notices */
function watch(notices) {
  const { session, account } = notices.dataset;
  const known = {
    session,
    endsAt: endOf(Number(notices.dataset.secondsLeft)),
    warnMs: Number(notices.dataset.warnSeconds) * 1000,
  };
  let askedAt = 0;

  /** @param {string | undefined} state which of the notices stands */
  function show(state) {
    document.documentElement.dataset.sessionState = state ?? 'live';
    for (const notice of notices.querySelectorAll('[data-when]')) {
      const isShown = notice.dataset.when === state;
      if (isShown === !notice.hidden) continue;
      const text = notice.querySelector('[data-text]');
      if (text) text.textContent = text.dataset.text.replace('{time}', clockTime(known.endsAt));
      notice.hidden = !isShown;
    }
  }

  async function ask() {
    if (Date.now() - askedAt < askAtMostEveryMs) return;
    askedAt = Date.now();
    try {
      tell(await answerOf('/profile/session-state'));
    } catch {
      // No connection: nothing is known, so nothing is said.
    }
  }

  function tell(answer) {
    if (answer.state === 'over') return show('over');
    if (answer.account !== account) return show('changed');
    if (answer.session !== known.session) renew(answer);
    known.endsAt = endOf(answer.secondsLeft);
    known.warnMs = answer.warnSeconds * 1000;
    const isNear = known.endsAt - Date.now() <= known.warnMs;
    show(isNear ? (answer.isFinal ? 'final' : 'ending') : undefined);
  }

  /** The same person signed in again in another tab: what was typed here can still be sent. */
  function renew(answer) {
    known.session = answer.session;
    for (const input of document.querySelectorAll('input[name=_csrf]')) input.value = answer.csrf;
  }

  function look() {
    if (known.endsAt - Date.now() <= known.warnMs) ask();
  }

  const stay = notices.querySelector('[data-when=ending] form');
  stay.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      tell(await answerOf(stay.action, { method: 'POST', body: new URLSearchParams(new FormData(stay)) }));
    } catch {
      stay.submit();
    }
  });

  // A page with something typed stays: the way to sign in opens beside it.
  document.addEventListener('input', () => {
    for (const link of notices.querySelectorAll('a')) link.target = '_blank';
  });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && ask());
  window.addEventListener('focus', ask);
  window.addEventListener('pageshow', (event) => event.persisted && ask());
  setInterval(look, lookEveryMs);
  look();
}

/** @param {number} secondsLeft by the server's clock, which need not be this one */
function endOf(secondsLeft) {
  return Date.now() + secondsLeft * 1000;
}

function clockTime(at) {
  return new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: 'numeric', minute: '2-digit' });
}

async function answerOf(url, options = {}) {
  const response = await fetch(url, { ...options, headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

const found = document.querySelector('[data-session]');
if (found) watch(found);
