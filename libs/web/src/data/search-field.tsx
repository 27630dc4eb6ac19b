import { useEffect, useRef, useState } from 'react';

const searchAfterMs = 250;

/** Searches when nothing has been typed for a moment; `value` is what is searched for. */
export function SearchField({ label, value, size, onSearch }: { label: string; value: string; size?: number; onSearch: (text: string) => void }) {
  const [typed, setTyped] = useState(value);
  const asked = useRef(value);
  // Something else is searched for than was typed here: whoever went back to it sees it.
  useEffect(() => {
    if (value === asked.current) return;
    asked.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => {
    const text = typed.trim();
    if (text === asked.current) return undefined;
    const timer = setTimeout(() => {
      asked.current = text;
      onSearch(text);
    }, searchAfterMs);
    return () => clearTimeout(timer);
    // Another render is no reason to wait longer.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [typed]);
  return <input type="search" dir="auto" size={size} aria-label={label} placeholder={label} value={typed} onChange={(event) => setTyped(event.target.value)} />;
}
