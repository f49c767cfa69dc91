// The words of another key for the borrower: handed on, or in place of a lost one.
import { usePage } from '../page';

const en = {
  noDeadline: 'It has no last day: it counts until it is signed or taken back.',
  yourLoan: 'Open the loan',
  wallet: 'Address of the new wallet',
  badWallet: 'Write the address of a wallet: 32 to 44 letters and digits.',

  rotate: {
    title: 'Move the loan to another wallet',
    body: 'For a new phone or a new wallet. You sign here and get a link; open it with the new wallet and sign last. Before that nothing changes, so a mistyped address costs nothing.',
    warning:
      'Whoever has the new wallet is the borrower from then on. Nobody who helps you with your loan needs this from you.',
    button: 'Make the link',
    line: (to: string) =>
      `The loan moves to ${to}. Only that wallet pays ahead, agrees to changes and starts in emergency.`,
    old: (from: string) => `${from} has no more rights in the loan than a stranger.`,
    keep: 'Keep the old wallet all the same: the car knows its key until the lender hands the car its keys again, and asks for its signature then.',
    proposal: 'A key that the lender proposed in your place falls with this.',
    moved: 'The loan has another borrower since. This link can no longer be signed.',
    to: {
      body: 'You sign first. Then open the link with the new wallet, on the new phone or after a change of the account in your wallet, and sign there.',
      link: 'Link for the new wallet',
      done: 'You have signed. The loan moves when the new wallet signs too.',
    },
  },

  recover: {
    title: 'A lost key of the borrower',
    body: (wait: string, bar: string) =>
      `A borrower who lost the wallet gets the loan back with a new one. You propose the new key; ${wait} later it can take over, and both of you sign. The old key can refuse, and then no key can be proposed for ${bar}. Anything that only the borrower can sign with the old key ends the proposal too.`,
    check: 'See to it that it is the borrower who asks. Whoever has the new key becomes the borrower.',
    button: 'Propose the key',
    proposeLine: (key: string) => `You propose ${key} as the key of the borrower.`,
    fromLine: (when: string) => `It can take over from about ${when} on, if the old key does not object until then.`,
    replaces: (key: string) => `The proposal of ${key} falls, and the time begins again.`,
    proposed: (key: string) => `Proposed: ${key}`,
    from: (when: string) => `It can take over from ${when} on.`,
    fell: 'This key is no longer proposed.',
    complete: 'Offer the taking over',
    completeTitle: 'The proposed key takes over',
    takesOver: (key: string) => `${key} becomes the key of the borrower. The lost one can do nothing more.`,
    probation: (span: string) =>
      `For ${span} it can pay, unlock and start in emergency. It cannot take money back or agree to changes before.`,
    to: {
      body: 'You sign first. Then send the link to the borrower, who opens it with the new wallet and signs last.',
      link: 'Link for the new wallet',
      done: 'You have signed. The key takes over when the new wallet signs too.',
    },
  },
};

export type KeyWords = typeof en;

const es: KeyWords = {
  noDeadline: 'No tiene último día: vale hasta que se firme o se retire.',
  yourLoan: 'Abrir el préstamo',
  wallet: 'Dirección de la billetera nueva',
  badWallet: 'Escriba la dirección de una billetera: de 32 a 44 letras y cifras.',

  rotate: {
    title: 'Pasar el préstamo a otra billetera',
    body: 'Para un teléfono nuevo o una billetera nueva. Usted firma aquí y recibe un enlace; ábralo con la billetera nueva y firme al final. Antes no cambia nada, así que una dirección mal escrita no cuesta nada.',
    warning:
      'Quien tenga la billetera nueva es desde entonces el deudor. Nadie que le ayude con su préstamo necesita esto de usted.',
    button: 'Crear el enlace',
    line: (to) =>
      `El préstamo pasa a ${to}. Solo esa billetera paga por adelantado, acuerda cambios y arranca en emergencia.`,
    old: (from) => `${from} no tiene en el préstamo más derechos que un extraño.`,
    keep: 'Guarde de todos modos la billetera antigua: el auto conoce su llave hasta que el prestamista le entregue de nuevo sus llaves, y entonces pide su firma.',
    proposal: 'Con esto cae la llave que el prestamista propuso en su lugar.',
    moved: 'El préstamo tiene desde entonces otro deudor. Este enlace ya no se puede firmar.',
    to: {
      body: 'Usted firma primero. Luego abra el enlace con la billetera nueva, en el teléfono nuevo o tras cambiar de cuenta en su billetera, y firme allí.',
      link: 'Enlace para la billetera nueva',
      done: 'Usted firmó. El préstamo pasa cuando firme también la billetera nueva.',
    },
  },

  recover: {
    title: 'Una llave perdida del deudor',
    body: (wait, bar) =>
      `Un deudor que perdió su billetera recupera el préstamo con una nueva. Usted propone la llave nueva; ${wait} después puede entrar en vigor, y firman los dos. La llave antigua puede rechazarla, y entonces no se puede proponer ninguna durante ${bar}. También termina la propuesta todo lo que solo el deudor puede firmar con la llave antigua.`,
    check: 'Asegúrese de que es el deudor quien lo pide. Quien tenga la llave nueva será el deudor.',
    button: 'Proponer la llave',
    proposeLine: (key) => `Usted propone ${key} como llave del deudor.`,
    fromLine: (when) =>
      `Puede entrar en vigor desde cerca del ${when}, si la llave antigua no se opone hasta entonces.`,
    replaces: (key) => `La propuesta de ${key} cae, y el plazo empieza de nuevo.`,
    proposed: (key) => `Propuesta: ${key}`,
    from: (when) => `Puede entrar en vigor desde el ${when}.`,
    fell: 'Esta llave ya no está propuesta.',
    complete: 'Ofrecer la entrada en vigor',
    completeTitle: 'La llave propuesta entra en vigor',
    takesOver: (key) => `${key} pasa a ser la llave del deudor. La perdida ya no puede hacer nada.`,
    probation: (span) =>
      `Durante ${span} puede pagar, desbloquear y arrancar en emergencia. Antes no puede retirar dinero ni acordar cambios.`,
    to: {
      body: 'Usted firma primero. Luego envíe el enlace al deudor, que lo abre con la billetera nueva y firma al final.',
      link: 'Enlace para la billetera nueva',
      done: 'Usted firmó. La llave entra en vigor cuando firme también la billetera nueva.',
    },
  },
};

export const KEY_LANGUAGES = { en, es };

export function useKeyWords(): KeyWords {
  return KEY_LANGUAGES[usePage().language] ?? en;
}
