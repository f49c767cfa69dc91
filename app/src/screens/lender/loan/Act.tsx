// One thing that a lender can have signed: what it does, what it needs, and why it cannot be done now.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Network } from '../../../chain/network';
import { usePage } from '../../../page';
import type { Refused } from '../../../rules/answers';
import { useLenderWords } from '../../../words/lender';
import type { Proposal } from '../../Confirm';
import type { Deal, Role } from './deal';

/** What each form is given: who signs, why nobody can, and how to show what would be signed. */
export interface Acting {
  role: Role | undefined;
  /** Why nothing can be signed now. */
  blocked: string | undefined;
  network: Network | undefined;
  propose(make: (deal: Deal) => Proposal | Promise<Proposal>): void;
}

interface Props {
  id: string;
  title: string;
  body: string;
  button: string;
  /** Whose signature it takes; nobody's in particular if none is named. */
  needs?: Role;
  acting: Pick<Acting, 'role' | 'blocked'>;
  refused: Refused | null;
  /** Why it cannot be done for another reason than a rule. */
  lacks?: string | undefined;
  children?: ReactNode;
  /** Shows what would be signed, or returns what is wrong with what was written. */
  onAct(): string | undefined;
}

/** Why an act is not possible now; none if it is. A rule comes first: it holds for whoever signs. */
export function useRefusal({ needs, acting, refused, lacks }: Pick<Props, 'needs' | 'acting' | 'refused' | 'lacks'>) {
  const own = useLenderWords();
  const { words } = usePage();
  const { role, blocked } = acting;
  if (refused) return words.failed.rule(refused);
  if (lacks) return lacks;
  if (blocked) return blocked;
  if (needs === 'authority' && role !== 'authority') return own.who.authority;
  if (needs === 'servicer' && !role) return own.who.servicer;
  return undefined;
}

export function Act({ id, title, body, button, children, onAct, ...rest }: Props) {
  const [wrong, setWrong] = useState<string>();
  const refusal = useRefusal(rest);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setWrong(onAct());
  };
  return (
    <section className="card" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{title}</h3>
      <p className="quiet">{body}</p>
      <form className="stack" onSubmit={submit} noValidate>
        {children}
        <button type="submit" disabled={refusal !== undefined} aria-describedby={refusal ? `${id}-why` : undefined}>
          {button}
        </button>
      </form>
      {refusal && (
        <p id={`${id}-why`} className="quiet">
          {refusal}
        </p>
      )}
      {wrong && (
        <p role="alert" className="error">
          {wrong}
        </p>
      )}
    </section>
  );
}

/** A field with its label. */
export function Field({
  label,
  value,
  onChange,
  type = 'text',
}: {
  label: string;
  value: string;
  onChange(value: string): void;
  type?: 'text' | 'date' | 'address';
}) {
  return (
    <label>
      {label}
      <input
        type={type === 'date' ? 'date' : 'text'}
        inputMode={type === 'text' ? 'decimal' : undefined}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
