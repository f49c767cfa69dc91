// A part of a page that asks the node for much: it starts when the reader comes near it, and if it fails, it fails alone.
import { Component, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { usePage } from '../../page';

export function WhenSeen({ children }: { children: ReactNode }) {
  const { words } = usePage();
  const place = useRef<HTMLDivElement>(null);
  const [isSeen, setIsSeen] = useState(false);
  useEffect(() => {
    const watching = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setIsSeen(true);
      },
      { rootMargin: '200px' },
    );
    if (place.current) watching.observe(place.current);
    return () => watching.disconnect();
  }, []);
  return (
    <div ref={place}>
      {isSeen && (
        <Alone instead={<p role="alert">{words.trouble.part}</p>}>
          <Suspense fallback={<p role="status">{words.loading}</p>}>{children}</Suspense>
        </Alone>
      )}
    </div>
  );
}

/** Shows something else where its children fail, so that the rest of the page stays. */
class Alone extends Component<{ instead: ReactNode; children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    return this.state.hasFailed ? this.props.instead : this.props.children;
  }
}
