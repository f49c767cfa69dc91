// The browser's own forms of numbers and moments. Making one takes longer than using it a hundred times, so each is made once.

const numbers = new Map<string, Intl.NumberFormat>();
const moments = new Map<string, Intl.DateTimeFormat>();

function once<Form>(made: Map<string, Form>, key: string, make: () => Form): Form {
  const known = made.get(key) ?? make();
  made.set(key, known);
  return known;
}

export function numberForm(locale: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return once(numbers, locale + JSON.stringify(options), () => new Intl.NumberFormat(locale, options));
}

export function momentForm(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return once(moments, locale + JSON.stringify(options), () => new Intl.DateTimeFormat(locale, options));
}
