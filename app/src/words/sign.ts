// The words of what two people sign one after the other.
import { usePage } from '../page';

const en = {
  title: 'Sign together',
  bad: 'This link holds nothing that this page can show in full, so it cannot be signed here.',
  used: 'This was signed already, or taken back: its nonce is used.',
  loan: (address: string) => `It is about the loan ${address}.`,
  deadline: (when: string) => `It counts until ${when}.`,
  over: 'Its time is over. Ask for a new link.',
  revision: 'The loan has changed since. Ask for a new link.',
  missing: (signer: string) => `Still to sign: ${signer}`,
  notYou: 'This wallet is not the one that still has to sign.',
  several: 'More than one signature is missing. The page finishes what lacks one.',
  extend: (used: number, of: number) =>
    `Every due date moves by one period; what is past due may no longer be. Interest runs on. ${used} of ${of} extensions are used then.`,
  liftHold: (until: string) => `The promise of no lock and no warning until ${until} ends at once.`,
  changed: 'The wallet returned another transaction than the one that was shown. Nothing was sent.',

  offer: {
    body: 'You sign first. Then send the link to the borrower, who sees the same and signs last. It counts for a day.',
    sign: 'Sign and make the link',
    link: 'Link for the borrower',
    copy: 'Copy the link',
    copied: 'Copied.',
    done: 'You have signed. Nothing happens before the borrower signs too.',
    one: 'Of several links of one wallet that are open at once, only the first that is signed takes effect.',
    back: 'Take links back',
    backBody: 'Links that you made and nobody has signed yet can no longer be signed. New ones can be made.',
    backButton: 'Take open links back',
    account: 'A nonce account',
    accountBody: (sol: string) =>
      `A link that counts for a day needs a nonce account of this wallet. Set up once, it keeps ${sol} SOL.`,
    accountLine: (sol: string) => `A nonce account is made for your wallet. ${sol} SOL of yours stay in it.`,
    accountButton: 'Set up the nonce account',
  },
};

export type SignWords = typeof en;

const es: SignWords = {
  title: 'Firmar juntos',
  bad: 'Este enlace no tiene nada que esta página pueda mostrar por completo, así que aquí no se puede firmar.',
  used: 'Esto ya se firmó o se retiró: su número de un solo uso está gastado.',
  loan: (address) => `Trata del préstamo ${address}.`,
  deadline: (when) => `Vale hasta el ${when}.`,
  over: 'Su plazo terminó. Pida un enlace nuevo.',
  revision: 'El préstamo cambió desde entonces. Pida un enlace nuevo.',
  missing: (signer) => `Falta la firma de: ${signer}`,
  notYou: 'Esta billetera no es la que falta por firmar.',
  several: 'Falta más de una firma. La página termina lo que espera una sola.',
  extend: (used, of) =>
    `Cada vencimiento se mueve un período; lo atrasado puede dejar de estarlo. Los intereses siguen. Entonces se han usado ${used} de ${of} prórrogas.`,
  liftHold: (until) => `La promesa de no bloquear ni avisar hasta el ${until} termina de inmediato.`,
  changed: 'La billetera devolvió otra transacción que la mostrada. No se envió nada.',

  offer: {
    body: 'Usted firma primero. Luego envíe el enlace al deudor, que ve lo mismo y firma al final. Vale un día.',
    sign: 'Firmar y crear el enlace',
    link: 'Enlace para el deudor',
    copy: 'Copiar el enlace',
    copied: 'Copiado.',
    done: 'Usted firmó. No pasa nada antes de que firme también el deudor.',
    one: 'De varios enlaces abiertos de una misma billetera solo tiene efecto el primero que se firme.',
    back: 'Retirar enlaces',
    backBody: 'Los enlaces que usted creó y que nadie firmó aún ya no se pueden firmar. Se pueden crear otros.',
    backButton: 'Retirar los enlaces abiertos',
    account: 'Una cuenta de números de un solo uso',
    accountBody: (sol) =>
      `Un enlace que vale un día necesita una cuenta de números de un solo uso de esta billetera. Se crea una vez y guarda ${sol} SOL.`,
    accountLine: (sol) =>
      `Se crea una cuenta de números de un solo uso para su billetera. ${sol} SOL suyos quedan en ella.`,
    accountButton: 'Crear la cuenta',
  },
};

export const SIGN_LANGUAGES = { en, es };

export function useSignWords(): SignWords {
  return SIGN_LANGUAGES[usePage().language] ?? en;
}
