// What a page can do better with script. Every page works without it: nothing here is needed to go on.

/** @param {string} selector @param {(element: HTMLElement) => void} act */
function each(selector, act) {
  for (const element of document.querySelectorAll(selector)) act(element);
}

/** Milliseconds without a key before the advice is read out again. */
const pauseBeforeWords = 500;

each('[data-focus]', (summary) => {
  summary.focus();
  // The page is the answer to a post. Back or a reload would ask to send that once more; now it is the page that was posted from.
  history.replaceState(history.state, '', location.href);
});

each('[data-reveal]', (button) => {
  const input = document.getElementById(button.getAttribute('aria-controls'));
  const show = (shown) => {
    input.type = shown ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(shown));
  };
  button.hidden = false;
  button.addEventListener('click', () => {
    show(input.type === 'password');
    input.focus();
  });
  // A password left readable would be kept by the browser among plain form entries.
  input.form.addEventListener('submit', () => show(false));
});

each('[data-advice-for]', (advice) => {
  const input = document.getElementById(advice.dataset.adviceFor);
  const text = advice.querySelector('.advice-text');
  const start = text.textContent;
  let pause;
  const update = () => {
    const { level, words } = judge(input.value, advice.dataset);
    advice.dataset.level = String(level);
    clearTimeout(pause);
    pause = setTimeout(() => {
      text.textContent = words ?? start;
    }, pauseBeforeWords);
  };
  advice.dataset.level = '0';
  input.addEventListener('input', update);
});

/** Length is what counts (SP 800-63B-4, 3.1.1.2), measured as the server does; the rest is decided there. */
function judge(typed, { minimum, maximum, edges, long, short, fair, strong }) {
  const password = typed.normalize('NFKC');
  const length = [...password].length;
  const say = (sentence, count) => sentence.replace('{count}', String(count));
  if (length === 0) return { level: 0 };
  if (typed !== typed.trim() || password !== password.trim()) return { level: 1, words: edges };
  if (length > Number(maximum)) return { level: 1, words: long };
  if (length < Number(minimum)) return { level: 1, words: say(short, Number(minimum) - length) };
  if (length < 16) return { level: 2, words: say(fair, 16 - length) };
  return { level: 3, words: strong };
}

each('[data-copy]', (button) => {
  const status = button.nextElementSibling;
  button.hidden = !navigator.clipboard;
  button.addEventListener('click', async () => {
    const shown = document.getElementById(button.dataset.copy).textContent;
    await navigator.clipboard.writeText('exact' in button.dataset ? shown : shown.replaceAll(' ', ''));
    status.textContent = button.dataset.done;
  });
});

each('[data-print]', (button) => {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
});

each('[data-menu]', (menu) => {
  document.addEventListener('click', (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
});
