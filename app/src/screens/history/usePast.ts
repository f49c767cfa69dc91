// What reads events, loaded when a screen first needs it.
import { useEffect, useState } from 'react';
import { Past } from '../../rules/past';

let loading: Promise<Past> | undefined;

function load(): Promise<Past> {
  loading ??= Past.load(fetch('./past.wasm')).catch((error: unknown) => {
    // The next screen tries again.
    loading = undefined;
    throw error;
  });
  return loading;
}

/** The module once it is there; `'failed'` if it cannot be loaded. */
export function usePast(): Past | 'failed' | undefined {
  const [past, setPast] = useState<Past | 'failed'>();
  useEffect(() => {
    load().then(setPast, () => setPast('failed'));
  }, []);
  return past;
}
