# certprobe for fish. Written from the click tree by `make completions`: not to be edited.

set -g __certprobe_commands certprobe 'certprobe https' 'certprobe ldap' 'certprobe match' 'certprobe verify' 'certprobe inspect' 'certprobe explain' 'certprobe listen' 'certprobe lab' 'certprobe lab demo' 'certprobe lab list' 'certprobe lab pki' 'certprobe lab up'
set -g __certprobe_valued 'certprobe https --path' 'certprobe https --paths-from' 'certprobe https --ntauth' 'certprobe https --cert' 'certprobe https --key' 'certprobe https --password-file' 'certprobe https --password-env' 'certprobe https --select' 'certprobe https --callback' 'certprobe https --callback-exec' 'certprobe https --callback-contract' 'certprobe https --trust' 'certprobe https --policy' 'certprobe https --at' 'certprobe https --map' 'certprobe https --map-ldap' 'certprobe https --map-user' 'certprobe https --map-password-file' 'certprobe https --map-trust' 'certprobe https --revocation' 'certprobe https --crl' 'certprobe https --ocsp' 'certprobe https --connect' 'certprobe https --sni' 'certprobe https --via' 'certprobe https --tls-min' 'certprobe https --tls-max' 'certprobe https --timeout' 'certprobe https --format' 'certprobe ldap --ntauth' 'certprobe ldap --cert' 'certprobe ldap --key' 'certprobe ldap --password-file' 'certprobe ldap --password-env' 'certprobe ldap --select' 'certprobe ldap --callback' 'certprobe ldap --callback-exec' 'certprobe ldap --callback-contract' 'certprobe ldap --trust' 'certprobe ldap --policy' 'certprobe ldap --at' 'certprobe ldap --map' 'certprobe ldap --map-ldap' 'certprobe ldap --map-user' 'certprobe ldap --map-password-file' 'certprobe ldap --map-trust' 'certprobe ldap --revocation' 'certprobe ldap --crl' 'certprobe ldap --ocsp' 'certprobe ldap --connect' 'certprobe ldap --sni' 'certprobe ldap --via' 'certprobe ldap --tls-min' 'certprobe ldap --tls-max' 'certprobe ldap --timeout' 'certprobe ldap --format' 'certprobe match --key' 'certprobe match --password-file' 'certprobe match --password-env' 'certprobe match --like' 'certprobe match --ca-list' 'certprobe match --report' 'certprobe match --at' 'certprobe match --connect' 'certprobe match --sni' 'certprobe match --via' 'certprobe match --tls-min' 'certprobe match --tls-max' 'certprobe match --timeout' 'certprobe match --format' 'certprobe verify --host' 'certprobe verify --usage' 'certprobe verify --trust' 'certprobe verify --untrusted' 'certprobe verify --revocation' 'certprobe verify --crl' 'certprobe verify --ocsp' 'certprobe verify --disallowed' 'certprobe verify --trusted-people' 'certprobe verify --at' 'certprobe verify --policy' 'certprobe verify --ntauth' 'certprobe verify --initial-policy' 'certprobe verify --issuance-policy' 'certprobe verify --flag' 'certprobe verify --profile' 'certprobe verify --password-file' 'certprobe verify --password-env' 'certprobe verify --format' 'certprobe inspect --password-file' 'certprobe inspect --password-env' 'certprobe inspect --at' 'certprobe inspect --map' 'certprobe inspect --map-ldap' 'certprobe inspect --map-user' 'certprobe inspect --map-password-file' 'certprobe inspect --map-trust' 'certprobe inspect --format' 'certprobe explain --format' 'certprobe listen --like' 'certprobe listen --bind' 'certprobe listen --request' 'certprobe listen --ca' 'certprobe listen --announce' 'certprobe listen --cert' 'certprobe listen --key' 'certprobe listen --password-file' 'certprobe listen --password-env' 'certprobe listen --callback' 'certprobe listen --tls-min' 'certprobe listen --tls-max' 'certprobe listen --revocation' 'certprobe listen --crl' 'certprobe listen --ocsp' 'certprobe listen --ntauth' 'certprobe listen --at' 'certprobe listen --map' 'certprobe listen --map-ldap' 'certprobe listen --map-user' 'certprobe listen --map-password-file' 'certprobe listen --map-trust' 'certprobe listen --format' 'certprobe lab list --format'

# Whether the words before the cursor lead to this command, and so what is typed now follows it.
function __certprobe_at
    set -l path certprobe
    set -l in_value no
    for word in (commandline -opc)[2..-1]
        if test $in_value = yes
            set in_value no
        else if contains -- "$path $word" $__certprobe_valued
            set in_value yes
        else if contains -- "$path $word" $__certprobe_commands
            set path "$path $word"
        end
    end
    test "$path" = "$argv"
end

complete -c certprobe -e
complete -c certprobe -f

complete -c certprobe -n '__certprobe_at certprobe' -a 'https\\t\'Probe the HTTPS server at URL\''
complete -c certprobe -n '__certprobe_at certprobe' -a 'ldap\\t\'Probe the directory at HOST, ldaps://HOST:PORT or ldap://HOST (StartTLS)\''
complete -c certprobe -n '__certprobe_at certprobe' -a 'match\\t\'Hold every client certificate of each STORE against what a server asks for\''
complete -c certprobe -n '__certprobe_at certprobe' -a 'verify\\t\'Judge the certificates in each FILE (PEM, DER, PKCS#7, PKCS#12) as Windows would\''
complete -c certprobe -n '__certprobe_at certprobe' -a 'inspect\\t\'Say what is in each FILE, or in the files of each DIR: identities with their chains, and what is left over\''
complete -c certprobe -n '__certprobe_at certprobe' -a 'explain\\t\'Say what CODE means, where it comes from, what usually leads to it and what to do\''
complete -c certprobe -n '__certprobe_at certprobe' -a 'listen\\t\'Be a diagnostic server: ask each client for its certificate, and report what a server makes of it\''
complete -c certprobe -n '__certprobe_at certprobe' -a 'lab\\t\'Servers with planted faults on this machine, to try certprobe on\''
complete -c certprobe -n '__certprobe_at certprobe' -l version -d 'Show the version and exit.'
complete -c certprobe -n '__certprobe_at certprobe' -s h -l help -d 'Show this message and exit.'

complete -c certprobe -n '__certprobe_at certprobe https' -l path -d 'Request this path, on a connection of its own; each may ask. Repeatable. [default: the URL\'s]' -x
complete -c certprobe -n '__certprobe_at certprobe https' -l paths-from -d 'Take more paths from FILE, one a line, or full URLs of this server; # begins a comment, - is standard input.' -r -F
complete -c certprobe -n '__certprobe_at certprobe https' -l ntauth -d 'CA certificates of the NTAuth store, for --policy nt-auth.' -r -F
complete -c certprobe -n '__certprobe_at certprobe https' -l cert -d 'Client certificates and keys: PEM (any number, any order), DER, PKCS#7, PKCS#12, JKS, JCEKS; or a directory of such files. Repeatable.' -r -F
complete -c certprobe -n '__certprobe_at certprobe https' -l key -d 'Private key, if --cert holds none. Repeatable.' -r -F
complete -c certprobe -n '__certprobe_at certprobe https' -l recursive -d 'Of a directory, read everything below it too.'
complete -c certprobe -n '__certprobe_at certprobe https' -l password-file -d 'First line: the password of encrypted keys, PKCS#12 and JKS.' -r -F
complete -c certprobe -n '__certprobe_at certprobe https' -l password-env -d 'Environment variable that holds the password.' -x
complete -c certprobe -n '__certprobe_at certprobe https' -l select -d 'auto, none, NUMBER, subject=TEXT, name=TEXT (friendlyName or alias) or thumbprint=HEX. What is named is sent when asked for, even if it does not fit. [default: auto]' -x -a 'auto none \'subject=\' \'name=\' \'thumbprint=\''
complete -c certprobe -n '__certprobe_at certprobe https' -l callback -d 'Ask this Python function, or the installed plug-in of this name, what to send: a QUERYCLIENTCERT or WS_GET_CERT_CALLBACK.' -r -F
complete -c certprobe -n '__certprobe_at certprobe https' -l callback-exec -d 'Ask this program what to send: the question is JSON on its standard input, its answer on the output.' -r -F
complete -c certprobe -n '__certprobe_at certprobe https' -l callback-contract -d 'When --callback-exec is asked: at the server\'s request (QUERYCLIENTCERT), or before the connection begins (WS_GET_CERT_CALLBACK). [default: query-client-cert]' -x -a 'query-client-cert get-cert'
complete -c certprobe -n '__certprobe_at certprobe https' -l pick -d 'Choose from a table at the terminal while the handshake rests: arrow keys or a number.'
complete -c certprobe -n '__certprobe_at certprobe https' -l accepts -d 'Try none and then each certificate in turn, whether it fits or not, and compare what the server announces with what it does: one connection after the other, 0.3 seconds apart.'
complete -c certprobe -n '__certprobe_at certprobe https' -l trust -d 'Roots to judge by: system, certifi, none, FILE or DIR.' -r -F -a 'system certifi none'
complete -c certprobe -n '__certprobe_at certprobe https' -l policy -d 'The chain policy that decides the exit code.' -x -a 'base authenticode ssl basic-constraints nt-auth microsoft-root'
complete -c certprobe -n '__certprobe_at certprobe https' -l at -d 'Judge validity at this time: RFC 3339 or a date (UTC if it has no offset), seconds since 1970, or what OpenSSL prints.' -x
complete -c certprobe -n '__certprobe_at certprobe https' -l map -d 'Accounts and what maps certificates to them, a line each: ACCOUNT X509:<...>, ACCOUNT S-1-5-..., or ACCOUNT ATTRIBUTE: VALUE (userPrincipalName, dNSHostName, whenCreated).' -r -F
complete -c certprobe -n '__certprobe_at certprobe https' -l map-ldap -d 'Look the accounts up in this directory, as the DS mapper of Windows does: ldaps://HOST, or ldap://HOST for StartTLS. It has to prove itself by its certificate before it is asked anything.' -x
complete -c certprobe -n '__certprobe_at certprobe https' -l map-user -d 'Log in there by this distinguished name (Active Directory: or user@domain); password from --map-password-file, CERTPROBE_MAP_PASSWORD or the terminal. [default: anonymously]' -x
complete -c certprobe -n '__certprobe_at certprobe https' -l map-password-file -d 'First line: the password of --map-user.' -r -F
complete -c certprobe -n '__certprobe_at certprobe https' -l map-trust -d 'Roots to judge that directory by: system, certifi, none, FILE or DIR. [default: those of --trust or --ca, else system]' -r -F -a 'system certifi none'
complete -c certprobe -n '__certprobe_at certprobe https' -l revocation -d 'Check whether certificates are revoked: ask OCSP responders and fetch CRLs, by http and https, directly, not through a proxy. [without a value: chain-exclude-root]' -x -a 'end-cert chain chain-exclude-root'
complete -c certprobe -n '__certprobe_at certprobe https' -l crl -d 'CRLs to judge revocation by, DER or PEM. Repeatable.' -r -F
complete -c certprobe -n '__certprobe_at certprobe https' -l ocsp -d 'OCSP responses to judge revocation by, DER or PEM. Repeatable.' -r -F
complete -c certprobe -n '__certprobe_at certprobe https' -l fetch -d 'Fetch missing issuers from where certificates say that they are (AIA).'
complete -c certprobe -n '__certprobe_at certprobe https' -l offline -d 'Fetch nothing: only what is given, stapled, or was fetched before.'
complete -c certprobe -n '__certprobe_at certprobe https' -l allow-private -d 'Fetch from private, link-local and loopback addresses too, wherever a certificate points.'
complete -c certprobe -n '__certprobe_at certprobe https' -l connect -d 'Dial this place instead; names stay as in the address.' -x
complete -c certprobe -n '__certprobe_at certprobe https' -l sni -d 'Server name to send. [default: the host\'s, none for an address]' -x -a none
complete -c certprobe -n '__certprobe_at certprobe https' -l via -d 'http://[user@]HOST:PORT or socks5://[user@]HOST:PORT; password from CERTPROBE_PROXY_PASSWORD or the terminal.' -x
complete -c certprobe -n '__certprobe_at certprobe https' -l tls-min -d 'Lowest TLS version to offer. [default: 1.2]' -x -a '1.0 1.1 1.2 1.3'
complete -c certprobe -n '__certprobe_at certprobe https' -l tls-max -d 'Highest TLS version to offer. [default: 1.3]' -x -a '1.0 1.1 1.2 1.3'
complete -c certprobe -n '__certprobe_at certprobe https' -l legacy -d 'For diagnosing old servers: TLS 1.0, SECLEVEL 0, old ciphers, unsafe renegotiation.'
complete -c certprobe -n '__certprobe_at certprobe https' -l timeout -d 'For each connection; one step of it gets a third, but at least 10. A run of several connections ends after 15 minutes.' -x
complete -c certprobe -n '__certprobe_at certprobe https' -l format -d 'json: one document on stdout.' -x -a 'text json'
complete -c certprobe -n '__certprobe_at certprobe https' -s v -l verbose -d 'Show everything that was seen.'
complete -c certprobe -n '__certprobe_at certprobe https' -s q -l quiet -d 'Show the verdict\'s line alone.'
complete -c certprobe -n '__certprobe_at certprobe https' -s h -l help -d 'Show this message and exit.'

complete -c certprobe -n '__certprobe_at certprobe ldap' -l starttls -d 'Begin in clear on port 389 and upgrade.'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l ntauth -d 'CA certificates of the NTAuth store, for the policy nt-auth: a file\'s, or those that the directory itself holds. [without a value: directory]' -r -F -a directory
complete -c certprobe -n '__certprobe_at certprobe ldap' -l cert -d 'Client certificates and keys: PEM (any number, any order), DER, PKCS#7, PKCS#12, JKS, JCEKS; or a directory of such files. Repeatable.' -r -F
complete -c certprobe -n '__certprobe_at certprobe ldap' -l key -d 'Private key, if --cert holds none. Repeatable.' -r -F
complete -c certprobe -n '__certprobe_at certprobe ldap' -l recursive -d 'Of a directory, read everything below it too.'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l password-file -d 'First line: the password of encrypted keys, PKCS#12 and JKS.' -r -F
complete -c certprobe -n '__certprobe_at certprobe ldap' -l password-env -d 'Environment variable that holds the password.' -x
complete -c certprobe -n '__certprobe_at certprobe ldap' -l select -d 'auto, none, NUMBER, subject=TEXT, name=TEXT (friendlyName or alias) or thumbprint=HEX. What is named is sent when asked for, even if it does not fit. [default: auto]' -x -a 'auto none \'subject=\' \'name=\' \'thumbprint=\''
complete -c certprobe -n '__certprobe_at certprobe ldap' -l callback -d 'Ask this Python function, or the installed plug-in of this name, what to send: a QUERYCLIENTCERT or WS_GET_CERT_CALLBACK.' -r -F
complete -c certprobe -n '__certprobe_at certprobe ldap' -l callback-exec -d 'Ask this program what to send: the question is JSON on its standard input, its answer on the output.' -r -F
complete -c certprobe -n '__certprobe_at certprobe ldap' -l callback-contract -d 'When --callback-exec is asked: at the server\'s request (QUERYCLIENTCERT), or before the connection begins (WS_GET_CERT_CALLBACK). [default: query-client-cert]' -x -a 'query-client-cert get-cert'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l pick -d 'Choose from a table at the terminal while the handshake rests: arrow keys or a number.'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l accepts -d 'Try none and then each certificate in turn, whether it fits or not, and compare what the server announces with what it does: one connection after the other, 0.3 seconds apart.'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l trust -d 'Roots to judge by: system, certifi, none, FILE or DIR.' -r -F -a 'system certifi none'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l policy -d 'The chain policy that decides the exit code.' -x -a 'base authenticode ssl basic-constraints nt-auth microsoft-root'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l at -d 'Judge validity at this time: RFC 3339 or a date (UTC if it has no offset), seconds since 1970, or what OpenSSL prints.' -x
complete -c certprobe -n '__certprobe_at certprobe ldap' -l map -d 'Accounts and what maps certificates to them, a line each: ACCOUNT X509:<...>, ACCOUNT S-1-5-..., or ACCOUNT ATTRIBUTE: VALUE (userPrincipalName, dNSHostName, whenCreated).' -r -F
complete -c certprobe -n '__certprobe_at certprobe ldap' -l map-ldap -d 'Look the accounts up in this directory, as the DS mapper of Windows does: ldaps://HOST, or ldap://HOST for StartTLS. It has to prove itself by its certificate before it is asked anything.' -x
complete -c certprobe -n '__certprobe_at certprobe ldap' -l map-user -d 'Log in there by this distinguished name (Active Directory: or user@domain); password from --map-password-file, CERTPROBE_MAP_PASSWORD or the terminal. [default: anonymously]' -x
complete -c certprobe -n '__certprobe_at certprobe ldap' -l map-password-file -d 'First line: the password of --map-user.' -r -F
complete -c certprobe -n '__certprobe_at certprobe ldap' -l map-trust -d 'Roots to judge that directory by: system, certifi, none, FILE or DIR. [default: those of --trust or --ca, else system]' -r -F -a 'system certifi none'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l revocation -d 'Check whether certificates are revoked: ask OCSP responders and fetch CRLs, by http and https, directly, not through a proxy. [without a value: chain-exclude-root]' -x -a 'end-cert chain chain-exclude-root'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l crl -d 'CRLs to judge revocation by, DER or PEM. Repeatable.' -r -F
complete -c certprobe -n '__certprobe_at certprobe ldap' -l ocsp -d 'OCSP responses to judge revocation by, DER or PEM. Repeatable.' -r -F
complete -c certprobe -n '__certprobe_at certprobe ldap' -l fetch -d 'Fetch missing issuers from where certificates say that they are (AIA).'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l offline -d 'Fetch nothing: only what is given, stapled, or was fetched before.'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l allow-private -d 'Fetch from private, link-local and loopback addresses too, wherever a certificate points.'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l connect -d 'Dial this place instead; names stay as in the address.' -x
complete -c certprobe -n '__certprobe_at certprobe ldap' -l sni -d 'Server name to send. [default: the host\'s, none for an address]' -x -a none
complete -c certprobe -n '__certprobe_at certprobe ldap' -l via -d 'http://[user@]HOST:PORT or socks5://[user@]HOST:PORT; password from CERTPROBE_PROXY_PASSWORD or the terminal.' -x
complete -c certprobe -n '__certprobe_at certprobe ldap' -l tls-min -d 'Lowest TLS version to offer. [default: 1.2]' -x -a '1.0 1.1 1.2 1.3'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l tls-max -d 'Highest TLS version to offer. [default: 1.3]' -x -a '1.0 1.1 1.2 1.3'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l legacy -d 'For diagnosing old servers: TLS 1.0, SECLEVEL 0, old ciphers, unsafe renegotiation.'
complete -c certprobe -n '__certprobe_at certprobe ldap' -l timeout -d 'For each connection; one step of it gets a third, but at least 10. A run of several connections ends after 15 minutes.' -x
complete -c certprobe -n '__certprobe_at certprobe ldap' -l format -d 'json: one document on stdout.' -x -a 'text json'
complete -c certprobe -n '__certprobe_at certprobe ldap' -s v -l verbose -d 'Show everything that was seen.'
complete -c certprobe -n '__certprobe_at certprobe ldap' -s q -l quiet -d 'Show the verdict\'s line alone.'
complete -c certprobe -n '__certprobe_at certprobe ldap' -s h -l help -d 'Show this message and exit.'

complete -c certprobe -n '__certprobe_at certprobe match' -l key -d 'Private key, if no STORE holds it. Repeatable.' -r -F
complete -c certprobe -n '__certprobe_at certprobe match' -l recursive -d 'Of a directory, read everything below it too.'
complete -c certprobe -n '__certprobe_at certprobe match' -l password-file -d 'First line: the password of encrypted keys, PKCS#12 and JKS.' -r -F
complete -c certprobe -n '__certprobe_at certprobe match' -l password-env -d 'Environment variable that holds the password.' -x
complete -c certprobe -n '__certprobe_at certprobe match' -l like -d 'Ask this server what it wants: https://, ldaps:// or ldap:// (StartTLS). One connection, anonymous.' -x
complete -c certprobe -n '__certprobe_at certprobe match' -l ca-list -d 'CAs that a server lists: certificates (PEM, DER, PKCS#7, a directory of them), names one a line, or what openssl s_client or gnutls-cli printed.' -r -F
complete -c certprobe -n '__certprobe_at certprobe match' -l report -d 'What certprobe https or ldap wrote with --format json; - is stdin.' -r -F
complete -c certprobe -n '__certprobe_at certprobe match' -l at -d 'Judge validity at this time: RFC 3339 or a date (UTC if it has no offset), seconds since 1970, or what OpenSSL prints.' -x
complete -c certprobe -n '__certprobe_at certprobe match' -l connect -d 'Dial this place instead; names stay as in the address.' -x
complete -c certprobe -n '__certprobe_at certprobe match' -l sni -d 'Server name to send. [default: the host\'s, none for an address]' -x -a none
complete -c certprobe -n '__certprobe_at certprobe match' -l via -d 'http://[user@]HOST:PORT or socks5://[user@]HOST:PORT; password from CERTPROBE_PROXY_PASSWORD or the terminal.' -x
complete -c certprobe -n '__certprobe_at certprobe match' -l tls-min -d 'Lowest TLS version to offer. [default: 1.2]' -x -a '1.0 1.1 1.2 1.3'
complete -c certprobe -n '__certprobe_at certprobe match' -l tls-max -d 'Highest TLS version to offer. [default: 1.3]' -x -a '1.0 1.1 1.2 1.3'
complete -c certprobe -n '__certprobe_at certprobe match' -l legacy -d 'For diagnosing old servers: TLS 1.0, SECLEVEL 0, old ciphers, unsafe renegotiation.'
complete -c certprobe -n '__certprobe_at certprobe match' -l timeout -d 'For each connection; one step of it gets a third, but at least 10. A run of several connections ends after 15 minutes.' -x
complete -c certprobe -n '__certprobe_at certprobe match' -l format -d 'json: one document on stdout.' -x -a 'text json'
complete -c certprobe -n '__certprobe_at certprobe match' -s v -l verbose -d 'Show everything that was seen.'
complete -c certprobe -n '__certprobe_at certprobe match' -s q -l quiet -d 'Show the verdict\'s line alone.'
complete -c certprobe -n '__certprobe_at certprobe match' -s h -l help -d 'Show this message and exit.'

complete -c certprobe -n '__certprobe_at certprobe verify' -F
complete -c certprobe -n '__certprobe_at certprobe verify' -l host -d 'The name that the server\'s certificate has to have.' -x
complete -c certprobe -n '__certprobe_at certprobe verify' -l usage -d 'What it has to be good for. Repeatable: for all of them; with commas between: for one of them. [default: server with --host, else any]' -x -a 'server client any'
complete -c certprobe -n '__certprobe_at certprobe verify' -l trust -d 'Roots to judge by: system, certifi, none, FILE or DIR.' -r -F -a 'system certifi none'
complete -c certprobe -n '__certprobe_at certprobe verify' -l untrusted -d 'More certificates to find issuers in. Repeatable.' -r -F
complete -c certprobe -n '__certprobe_at certprobe verify' -l revocation -d 'Check whether certificates are revoked: ask OCSP responders and fetch CRLs, by http and https, directly, not through a proxy. [without a value: chain-exclude-root]' -x -a 'end-cert chain chain-exclude-root'
complete -c certprobe -n '__certprobe_at certprobe verify' -l crl -d 'CRLs to judge revocation by, DER or PEM. Repeatable.' -r -F
complete -c certprobe -n '__certprobe_at certprobe verify' -l ocsp -d 'OCSP responses to judge revocation by, DER or PEM. Repeatable.' -r -F
complete -c certprobe -n '__certprobe_at certprobe verify' -l fetch -d 'Fetch missing issuers from where certificates say that they are (AIA).'
complete -c certprobe -n '__certprobe_at certprobe verify' -l offline -d 'Fetch nothing: only what is given, stapled, or was fetched before.'
complete -c certprobe -n '__certprobe_at certprobe verify' -l allow-private -d 'Fetch from private, link-local and loopback addresses too, wherever a certificate points.'
complete -c certprobe -n '__certprobe_at certprobe verify' -l disallowed -d 'Certificates that are expressly distrusted.' -r -F
complete -c certprobe -n '__certprobe_at certprobe verify' -l trusted-people -d 'End certificates that are trusted for themselves, as TrustedPeople\'s are.' -r -F
complete -c certprobe -n '__certprobe_at certprobe verify' -l at -d 'Judge validity at this time: RFC 3339 or a date (UTC if it has no offset), seconds since 1970, or what OpenSSL prints.' -x
complete -c certprobe -n '__certprobe_at certprobe verify' -l policy -d 'The chain policy that decides the exit code. [default: ssl with --host, else base]' -x -a 'base authenticode ssl basic-constraints nt-auth microsoft-root'
complete -c certprobe -n '__certprobe_at certprobe verify' -l ntauth -d 'CA certificates of the NTAuth store, for --policy nt-auth.' -r -F
complete -c certprobe -n '__certprobe_at certprobe verify' -l initial-policy -d 'A certificate policy that will do, where one is required (user-initial-policy-set of RFC 5280 6.1.1). Shows which are valid. Repeatable.' -x -a any
complete -c certprobe -n '__certprobe_at certprobe verify' -l issuance-policy -d 'A certificate policy that must be valid (RequestedIssuancePolicy of wincrypt.h). Repeatable: all of them.' -x
complete -c certprobe -n '__certprobe_at certprobe verify' -l flag -d 'A flag of wincrypt.h for the policies, the SSL checks or the chain; CERT_CHAIN_POLICY_ may be left out; or INITIAL_EXPLICIT_POLICY and others of RFC 5280 6.1.1. Repeatable.' -x -a 'CERT_CHAIN_POLICY_IGNORE_NOT_TIME_VALID_FLAG CERT_CHAIN_POLICY_IGNORE_CTL_NOT_TIME_VALID_FLAG CERT_CHAIN_POLICY_IGNORE_NOT_TIME_NESTED_FLAG CERT_CHAIN_POLICY_IGNORE_ALL_NOT_TIME_VALID_FLAGS CERT_CHAIN_POLICY_IGNORE_INVALID_BASIC_CONSTRAINTS_FLAG CERT_CHAIN_POLICY_ALLOW_UNKNOWN_CA_FLAG CERT_CHAIN_POLICY_IGNORE_WRONG_USAGE_FLAG CERT_CHAIN_POLICY_IGNORE_INVALID_NAME_FLAG CERT_CHAIN_POLICY_IGNORE_INVALID_POLICY_FLAG CERT_CHAIN_POLICY_IGNORE_END_REV_UNKNOWN_FLAG CERT_CHAIN_POLICY_IGNORE_CTL_SIGNER_REV_UNKNOWN_FLAG CERT_CHAIN_POLICY_IGNORE_CA_REV_UNKNOWN_FLAG CERT_CHAIN_POLICY_IGNORE_ROOT_REV_UNKNOWN_FLAG CERT_CHAIN_POLICY_IGNORE_ALL_REV_UNKNOWN_FLAGS CERT_CHAIN_POLICY_IGNORE_PEER_TRUST_FLAG CERT_CHAIN_POLICY_IGNORE_NOT_SUPPORTED_CRITICAL_EXT_FLAG CERT_CHAIN_POLICY_TRUST_TESTROOT_FLAG CERT_CHAIN_POLICY_ALLOW_TESTROOT_FLAG MICROSOFT_ROOT_CERT_CHAIN_POLICY_ENABLE_TEST_ROOT_FLAG MICROSOFT_ROOT_CERT_CHAIN_POLICY_CHECK_APPLICATION_ROOT_FLAG BASIC_CONSTRAINTS_CERT_CHAIN_POLICY_END_ENTITY_FLAG BASIC_CONSTRAINTS_CERT_CHAIN_POLICY_CA_FLAG SECURITY_FLAG_IGNORE_REVOCATION SECURITY_FLAG_IGNORE_UNKNOWN_CA SECURITY_FLAG_IGNORE_WRONG_USAGE SECURITY_FLAG_IGNORE_CERT_CN_INVALID SECURITY_FLAG_IGNORE_CERT_DATE_INVALID CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL CERT_CHAIN_RETURN_LOWER_QUALITY_CONTEXTS CERT_CHAIN_ENABLE_PEER_TRUST CERT_CHAIN_REVOCATION_CHECK_END_CERT CERT_CHAIN_REVOCATION_CHECK_CHAIN CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY CERT_CHAIN_EXCLUSIVE_ENABLE_CA_FLAG INITIAL_POLICY_MAPPING_INHIBIT INITIAL_EXPLICIT_POLICY INITIAL_ANY_POLICY_INHIBIT'
complete -c certprobe -n '__certprobe_at certprobe verify' -l profile -d 'Answer as Windows does, by the path validation of RFC 5280, or by that and the CA/B Forum\'s rules.' -x -a 'windows rfc5280 webpki'
complete -c certprobe -n '__certprobe_at certprobe verify' -l all-paths -d 'Show the other paths too, with what is wrong with them.'
complete -c certprobe -n '__certprobe_at certprobe verify' -l password-file -d 'First line: the password of encrypted keys, PKCS#12 and JKS.' -r -F
complete -c certprobe -n '__certprobe_at certprobe verify' -l password-env -d 'Environment variable that holds the password.' -x
complete -c certprobe -n '__certprobe_at certprobe verify' -l format -d 'json: one document in one line for each FILE.' -x -a 'text json'
complete -c certprobe -n '__certprobe_at certprobe verify' -s v -l verbose -d 'Show everything that was seen.'
complete -c certprobe -n '__certprobe_at certprobe verify' -s q -l quiet -d 'Show the verdict\'s line alone.'
complete -c certprobe -n '__certprobe_at certprobe verify' -s h -l help -d 'Show this message and exit.'

complete -c certprobe -n '__certprobe_at certprobe inspect' -F
complete -c certprobe -n '__certprobe_at certprobe inspect' -l recursive -d 'Of a directory, read everything below it too.'
complete -c certprobe -n '__certprobe_at certprobe inspect' -l password-file -d 'First line: the password of encrypted keys, PKCS#12 and JKS.' -r -F
complete -c certprobe -n '__certprobe_at certprobe inspect' -l password-env -d 'Environment variable that holds the password.' -x
complete -c certprobe -n '__certprobe_at certprobe inspect' -l at -d 'Say what is out of time then (RFC 3339; UTC if it has no offset).' -x
complete -c certprobe -n '__certprobe_at certprobe inspect' -l map -d 'Accounts and what maps certificates to them, a line each: ACCOUNT X509:<...>, ACCOUNT S-1-5-..., or ACCOUNT ATTRIBUTE: VALUE (userPrincipalName, dNSHostName, whenCreated).' -r -F
complete -c certprobe -n '__certprobe_at certprobe inspect' -l map-ldap -d 'Look the accounts up in this directory, as the DS mapper of Windows does: ldaps://HOST, or ldap://HOST for StartTLS. It has to prove itself by its certificate before it is asked anything.' -x
complete -c certprobe -n '__certprobe_at certprobe inspect' -l map-user -d 'Log in there by this distinguished name (Active Directory: or user@domain); password from --map-password-file, CERTPROBE_MAP_PASSWORD or the terminal. [default: anonymously]' -x
complete -c certprobe -n '__certprobe_at certprobe inspect' -l map-password-file -d 'First line: the password of --map-user.' -r -F
complete -c certprobe -n '__certprobe_at certprobe inspect' -l map-trust -d 'Roots to judge that directory by: system, certifi, none, FILE or DIR. [default: those of --trust or --ca, else system]' -r -F -a 'system certifi none'
complete -c certprobe -n '__certprobe_at certprobe inspect' -l format -d 'json: one document on stdout.' -x -a 'text json'
complete -c certprobe -n '__certprobe_at certprobe inspect' -s v -l verbose -d 'Show everything that was seen.'
complete -c certprobe -n '__certprobe_at certprobe inspect' -s q -l quiet -d 'Show the verdict\'s line alone.'
complete -c certprobe -n '__certprobe_at certprobe inspect' -s h -l help -d 'Show this message and exit.'

complete -c certprobe -n '__certprobe_at certprobe explain' -l format -d 'json: one document on stdout.' -x -a 'text json'
complete -c certprobe -n '__certprobe_at certprobe explain' -s h -l help -d 'Show this message and exit.'

complete -c certprobe -n '__certprobe_at certprobe listen' -a https
complete -c certprobe -n '__certprobe_at certprobe listen' -a ldap
complete -c certprobe -n '__certprobe_at certprobe listen' -a https
complete -c certprobe -n '__certprobe_at certprobe listen' -a ldap
complete -c certprobe -n '__certprobe_at certprobe listen' -l like -d 'Look at this server first, and ask as it does: when, for which CAs, key types and signatures, in which TLS versions; URLs will do. One anonymous connection for each TLS version, and more for each PATH.' -x
complete -c certprobe -n '__certprobe_at certprobe listen' -l bind -d 'Where to listen; port 0 takes any free one. [default: 127.0.0.1:8443, for ldap 127.0.0.1:1636]' -x
complete -c certprobe -n '__certprobe_at certprobe listen' -l request -d 'When to ask for a certificate: in the handshake, whether one must be sent (always) or not (optional); or after the request came, for every path or for those below PATH. [default: optional]' -x -a 'always optional post-handshake per-path'
complete -c certprobe -n '__certprobe_at certprobe listen' -l ca -d 'CAs to trust for clients, and to announce. Repeatable. [default: the system\'s, which are not announced]' -r -F
complete -c certprobe -n '__certprobe_at certprobe listen' -l announce -d 'Announce these CAs instead: certificates, names one a line, or what openssl s_client or gnutls-cli printed.' -r -F -a none
complete -c certprobe -n '__certprobe_at certprobe listen' -l cert -d 'Certificate of the listener, with its chain and key. [default: made on the spot]' -r -F
complete -c certprobe -n '__certprobe_at certprobe listen' -l key -d 'Private key, if --cert holds none.' -r -F
complete -c certprobe -n '__certprobe_at certprobe listen' -l password-file -d 'First line: the password of encrypted keys, PKCS#12 and JKS.' -r -F
complete -c certprobe -n '__certprobe_at certprobe listen' -l password-env -d 'Environment variable that holds the password.' -x
complete -c certprobe -n '__certprobe_at certprobe listen' -l callback -d 'Ask this WS_GET_CERT_CALLBACK, once, for the listener\'s certificate; if it fails, nothing is opened.' -r -F
complete -c certprobe -n '__certprobe_at certprobe listen' -l tls-min -d 'Lowest TLS version to speak. [default: 1.2]' -x -a '1.0 1.1 1.2 1.3'
complete -c certprobe -n '__certprobe_at certprobe listen' -l tls-max -d 'Highest TLS version to speak. [default: 1.3]' -x -a '1.0 1.1 1.2 1.3'
complete -c certprobe -n '__certprobe_at certprobe listen' -l legacy -d 'For old clients: TLS 1.0, SECLEVEL 0, old ciphers.'
complete -c certprobe -n '__certprobe_at certprobe listen' -l revocation -d 'Check whether certificates are revoked: ask OCSP responders and fetch CRLs, by http and https, directly, not through a proxy. [without a value: chain-exclude-root]' -x -a 'end-cert chain chain-exclude-root'
complete -c certprobe -n '__certprobe_at certprobe listen' -l crl -d 'CRLs to judge revocation by, DER or PEM. Repeatable.' -r -F
complete -c certprobe -n '__certprobe_at certprobe listen' -l ocsp -d 'OCSP responses to judge revocation by, DER or PEM. Repeatable.' -r -F
complete -c certprobe -n '__certprobe_at certprobe listen' -l fetch -d 'Fetch missing issuers from where certificates say that they are (AIA).'
complete -c certprobe -n '__certprobe_at certprobe listen' -l offline -d 'Fetch nothing: only what is given, stapled, or was fetched before.'
complete -c certprobe -n '__certprobe_at certprobe listen' -l allow-private -d 'Fetch from private, link-local and loopback addresses too, wherever a certificate points.'
complete -c certprobe -n '__certprobe_at certprobe listen' -l ntauth -d 'CA certificates of the NTAuth store: who else is refused.' -r -F
complete -c certprobe -n '__certprobe_at certprobe listen' -l at -d 'Judge validity at this time: RFC 3339 or a date (UTC if it has no offset), seconds since 1970, or what OpenSSL prints.' -x
complete -c certprobe -n '__certprobe_at certprobe listen' -l map -d 'Accounts and what maps certificates to them, a line each: ACCOUNT X509:<...>, ACCOUNT S-1-5-..., or ACCOUNT ATTRIBUTE: VALUE (userPrincipalName, dNSHostName, whenCreated).' -r -F
complete -c certprobe -n '__certprobe_at certprobe listen' -l map-ldap -d 'Look the accounts up in this directory, as the DS mapper of Windows does: ldaps://HOST, or ldap://HOST for StartTLS. It has to prove itself by its certificate before it is asked anything.' -x
complete -c certprobe -n '__certprobe_at certprobe listen' -l map-user -d 'Log in there by this distinguished name (Active Directory: or user@domain); password from --map-password-file, CERTPROBE_MAP_PASSWORD or the terminal. [default: anonymously]' -x
complete -c certprobe -n '__certprobe_at certprobe listen' -l map-password-file -d 'First line: the password of --map-user.' -r -F
complete -c certprobe -n '__certprobe_at certprobe listen' -l map-trust -d 'Roots to judge that directory by: system, certifi, none, FILE or DIR. [default: those of --trust or --ca, else system]' -r -F -a 'system certifi none'
complete -c certprobe -n '__certprobe_at certprobe listen' -l format -d 'json: one document in a line for each client.' -x -a 'text json'
complete -c certprobe -n '__certprobe_at certprobe listen' -s v -l verbose -d 'Show everything that was seen.'
complete -c certprobe -n '__certprobe_at certprobe listen' -s q -l quiet -d 'Show the verdict\'s line alone.'
complete -c certprobe -n '__certprobe_at certprobe listen' -s h -l help -d 'Show this message and exit.'

complete -c certprobe -n '__certprobe_at certprobe lab' -a 'demo\\t\'Probe some of the lab\\\'s servers and print the reports\''
complete -c certprobe -n '__certprobe_at certprobe lab' -a 'list\\t\'List the scenarios: what is planted in each, and what certprobe must make of it\''
complete -c certprobe -n '__certprobe_at certprobe lab' -a 'pki\\t\'Write the lab\\\'s certificates and keys into DIR, for servers and clients of your own\''
complete -c certprobe -n '__certprobe_at certprobe lab' -a 'up\\t\'Keep the lab\\\'s servers running and print the commands to try\''
complete -c certprobe -n '__certprobe_at certprobe lab' -s h -l help -d 'Show this message and exit.'

complete -c certprobe -n '__certprobe_at certprobe lab demo' -s h -l help -d 'Show this message and exit.'

complete -c certprobe -n '__certprobe_at certprobe lab list' -l format -d 'json: one document on stdout, with all that each scenario states.' -x -a 'text json'
complete -c certprobe -n '__certprobe_at certprobe lab list' -s h -l help -d 'Show this message and exit.'

complete -c certprobe -n '__certprobe_at certprobe lab pki' -F
complete -c certprobe -n '__certprobe_at certprobe lab pki' -s h -l help -d 'Show this message and exit.'

complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'https-login\\t\'The client certificate is of the CA that the server asks for, and is accepted.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'not-asked\\t\'The server does not ask for a certificate at all.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'optional-certificate\\t\'The server asks for a certificate, and lets clients without one in.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'optional-but-required\\t\'TLS lets clients without a certificate through, and the website then turns them away.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'asked-but-optional\\t\'The server asks, but lets everybody in; trying every certificate, and none, shows it.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'per-path\\t\'Only /private asks for a certificate, after the handshake (TLS 1.3).\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'per-path-renegotiation\\t\'Only /private asks for a certificate, by a renegotiation (TLS 1.2).\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'ldaps-login\\t\'A directory over LDAPS binds the client certificate to an account by SASL EXTERNAL.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'starttls-login\\t\'A directory binds the client certificate to an account by SASL EXTERNAL, after StartTLS.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'ad-port-636\\t\'As on Active Directory\\\'s port 636, TLS is the bind already, and EXTERNAL is refused.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'unmapped-account\\t\'The directory takes the certificate, but has no account for it (invalidCredentials).\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'own-subject\\t\'The directory has no account for the certificate, and takes its subject as the identity.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'tls-terminator\\t\'The certificate does not get as far as the directory, which does not offer EXTERNAL.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'ldaps-close\\t\'The directory does not trust the client\\\'s CA, and closes without an alert, as slapd does.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'starttls-expired-server\\t\'After StartTLS the directory shows a certificate that expired yesterday.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'starttls-wrong-ca\\t\'After StartTLS the directory demands a certificate of a CA that the client has none of.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'starttls-unmapped-account\\t\'After StartTLS the directory takes the certificate, but has no account for it.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'expired-server\\t\'The server\\\'s certificate expired yesterday.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'not-yet-valid-server\\t\'The server\\\'s certificate is valid from tomorrow on.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'expired-intermediate\\t\'The CA that issued the server\\\'s certificate expired yesterday.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'not-yet-valid-intermediate\\t\'The CA that issued the server\\\'s certificate is valid from tomorrow on.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'expired-root\\t\'The root above the server\\\'s certificate is trusted, but expired yesterday.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'not-yet-valid-root\\t\'The root above the server\\\'s certificate is trusted, but valid from tomorrow on.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'untrusted-root\\t\'The server\\\'s certificate is of a root that the client does not trust.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'self-signed-server\\t\'The server\\\'s certificate is signed by itself.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'missing-intermediate\\t\'The server leaves its issuing CA out.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'missing-intermediate-fetched\\t\'The server leaves its issuing CA out, but its certificate says where it is to be had.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'wrong-order\\t\'The server sends its two intermediates in the wrong order, which Windows sorts out.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'cross-signed\\t\'The server\\\'s CA has two certificates; the one of an unknown root comes first.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'cross-signed-wrong-way\\t\'Of the two certificates of its CA the server sends only the one of an unknown root.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'broken-signature\\t\'The signature on the server\\\'s certificate is damaged.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'weak-signature\\t\'The server\\\'s certificate is signed with MD5.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'tiny-key\\t\'The server\\\'s key is of RSA with 768 bits.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'wrong-usage-server\\t\'The server\\\'s certificate is good for clientAuth only.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'wrong-usage-ca\\t\'The CA that issued the server\\\'s certificate may issue for clientAuth only.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'ca-may-not-sign\\t\'The keyUsage of the issuing CA lacks keyCertSign.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'issuer-is-no-ca\\t\'The issuer of the server\\\'s certificate is no CA (basicConstraints).\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'pathlen\\t\'A CA that may have no CA below it (pathLenConstraint 0) has one.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'name-constraints\\t\'The issuing CA may only issue for names below lab.test (nameConstraints).\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'critical-extension\\t\'The server\\\'s certificate has a critical extension that nobody knows.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'name-mismatch\\t\'The server\\\'s certificate is for another host.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'wildcard\\t\'The server\\\'s certificate is for *.lab.test, and it is called www.lab.test.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'wildcard-too-deep\\t\'The server\\\'s certificate is for *.lab.test, but it is called www.shop.lab.test.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'wildcard-of-nothing\\t\'The server\\\'s certificate is for *.lab.test, but it is called lab.test.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'address-not-named\\t\'The server is called by its address, and its certificate names only its host name.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'common-name-only\\t\'The server\\\'s certificate has its name in the CN alone, which Windows takes.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'common-name-not-looked-at\\t\'The server\\\'s name is in the CN, but subjectAltName names other hosts, and it alone counts.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'sni-login\\t\'The server asks for a certificate only on the host private.lab.test.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'sni-not-sent\\t\'Only the host private.lab.test asks, but the server is called by its address: no SNI is sent.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'sni-unknown-name\\t\'The server does not know the name that is sent, and answers with its usual certificate.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'not-revoked\\t\'The CRL is there, and the server\\\'s certificate is not in it.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'revoked-by-crl\\t\'The server\\\'s certificate is in the CRL of its CA.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'revoked-by-ocsp\\t\'The OCSP responder of the CA says that the server\\\'s certificate is revoked.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'revoked-by-staple\\t\'The server itself staples the OCSP response that says that it is revoked.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'revoked-intermediate\\t\'The CA that issued the server\\\'s certificate is in the CRL of the root.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'revocation-offline\\t\'The CRL is not where the server\\\'s certificate says.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'no-revocation-information\\t\'The server\\\'s certificate does not say where it could be looked up.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'stale-crl\\t\'The CRL should have been renewed a month ago.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'stale-staple\\t\'The OCSP response that the server staples is a month old.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'ocsp-unknown\\t\'The OCSP responder does not know the server\\\'s certificate.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'staple-try-later\\t\'The server staples tryLater, as apache does when it does not reach the responder.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'empty-list\\t\'The server asks for a certificate without naming any CA.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'wrong-ca-passed-over\\t\'Of two certificates the first is of a CA that the server does not list: the second is sent.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'wrong-ca\\t\'The only certificate is of a CA that the server does not list, so none is sent.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'no-intermediate-client\\t\'The client\\\'s file lacks the issuing CA, and the server lists only the root.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'listed-but-not-trusted\\t\'The server lists a CA that it does not trust, and refuses its certificates (unknown_ca).\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'trusted-but-not-listed\\t\'The server trusts a CA that it does not list; trying every certificate shows it.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a '600-names\\t\'The server lists 600 CAs, the right one last.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'cut-list\\t\'The server\\\'s list ends at 16 KiB, as Schannel\\\'s does, before it comes to the right CA.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'wrapped-list\\t\'The server\\\'s list is beyond 64 KiB and wraps, as with GnuTLS and Go in TLS 1.2.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'list-too-long\\t\'The server\\\'s list is beyond 64 KiB, and it fails (internal_error), as those with OpenSSL do.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'no-certificate\\t\'The server demands a certificate and the client has none.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'expired-client\\t\'The only certificate expired yesterday, so none is sent.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'not-yet-valid-client\\t\'The only certificate is valid from tomorrow on, so none is sent.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'wrong-usage-client\\t\'The only certificate is good for serverAuth only (clientAuth missing), so none is sent.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'client-may-not-sign\\t\'The keyUsage of the only certificate lacks digitalSignature, so it is not sent.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'tiny-key-client\\t\'The client\\\'s key is of RSA with 768 bits, with which TLS does not sign any more.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'expired-client-sent\\t\'A certificate that expired yesterday is sent all the same; the website answers 403.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'expired-client-alert\\t\'A certificate that expired yesterday is sent all the same, and refused (certificate_expired).\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'wrong-usage-client-sent\\t\'A certificate without clientAuth is sent all the same and refused (unsupported_certificate).\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'revoked-client\\t\'The server knows that the client\\\'s certificate is revoked (certificate_revoked).\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'close-without-alert\\t\'The server does not trust the client\\\'s CA, and closes without an alert.\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -a 'foreign-client-sent\\t\'The client sends a certificate of a CA that the server neither lists nor trusts (unknown_ca).\''
complete -c certprobe -n '__certprobe_at certprobe lab up' -s h -l help -d 'Show this message and exit.'
