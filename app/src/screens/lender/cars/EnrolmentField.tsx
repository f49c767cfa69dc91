// Where a device's enrolment is pasted.
import { useCarWords } from '../../../words/cars';

export function EnrolmentField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const own = useCarWords();
  return (
    <label>
      {own.enrolment}
      <textarea
        rows={3}
        spellCheck={false}
        autoComplete="off"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
