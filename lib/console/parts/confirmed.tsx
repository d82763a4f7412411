import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';

/** A button asking for confirmation. The dialog is modal: the focus stays inside, Escape closes, the focus returns. */
export function Confirmed(props: {
  /** Label of the button opening the dialog. */
  readonly label: string;
  readonly title: string;
  /** Label of the acting button. */
  readonly confirm: string;
  readonly isBusy: boolean;
  readonly onConfirm: () => void;
  /** Consequences of the act; may contain inputs. */
  readonly children: ComponentChildren;
}) {
  const { label, title, confirm, isBusy, onConfirm, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const submit = (event: Event): void => {
    event.preventDefault();
    dialog.current?.close();
    onConfirm();
  };
  return (
    <>
      <button type="button" disabled={isBusy} onClick={() => dialog.current?.showModal()}>
        {label}
      </button>
      <dialog ref={dialog} aria-labelledby={heading}>
        <form class="stack" onSubmit={submit}>
          <h2 id={heading}>{title}</h2>
          {children}
          <div class="row">
            <button type="submit" class="main">
              {confirm}
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
