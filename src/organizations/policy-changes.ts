// What a change of rules says in the audit record.

/** Old and new value of each rule that differs: `mfa.old`, `mfa.new`. */
export function changesOf<T extends object>(old: T, next: T): Record<string, string> {
  const rules = new Set([...Object.keys(old), ...Object.keys(next)]) as Set<keyof T & string>;
  const text = (value: unknown) => (Array.isArray(value) ? value.join(', ') : String(value ?? ''));
  const changed = [...rules].filter((rule) => text(old[rule]) !== text(next[rule]));
  return Object.fromEntries(
    changed.flatMap((rule) => [
      [`${rule}.old`, text(old[rule])],
      [`${rule}.new`, text(next[rule])],
    ]),
  );
}
