"""OpenStack Swift with its S3 API, whole and private: its four servers in one process, on free ports of loopback.

    server.py FOLDER USER SECRET

Needs Debian's swift-proxy, swift-account, swift-container and swift-object. Keeps everything in FOLDER, whose file system
must know extended attributes. Prints its port, and ends when its standard input does.
"""
import eventlet

eventlet.monkey_patch()

import array
import os
import sys

import eventlet.tpool
import eventlet.wsgi
from swift.common import utils
from swift.common.ring import RingData

folder, user, secret = sys.argv[1:]
os.chdir(folder)
os.makedirs('disks/one')

STORES = ('account', 'container', 'object')
PROXY = f"""
[pipeline:main]
pipeline = catch_errors cache listing_formats s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
# The pipeline wants one; that nothing answers there is the same as an empty one.
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
[filter:tempauth]
use = egg:swift#tempauth
user_{user.replace(':', '_')} = {secret} .admin
[filter:slo]
use = egg:swift#slo
"""


def write(name, text):
    with open(name, 'w') as file:
        file.write(text)


def write_server(name, text):
    write(
        f'{name}-server.conf',
        f'[DEFAULT]\nswift_dir = {folder}\ndevices = {folder}/disks\nmount_check = false\nfallocate_reserve = 0\n'
        + text,
    )


write(
    'swift.conf',
    '[swift-hash]\nswift_hash_path_prefix = perdure\nswift_hash_path_suffix = tests\n'
    '[storage-policy:0]\nname = one\ndefault = yes\n',
)
utils.set_swift_dir(folder)
utils.validate_configuration()
# It reads its configuration, where it did not look for one yet.
from swift.common import wsgi  # noqa: E402

sockets = {name: eventlet.listen(('127.0.0.1', 0), backlog=128) for name in (*STORES, 'proxy')}
for name in STORES:
    port = sockets[name].getsockname()[1]
    device = {'id': 0, 'region': 1, 'zone': 1, 'weight': 1.0, 'device': 'one', 'meta': ''}
    device.update(ip='127.0.0.1', port=port, replication_ip='127.0.0.1', replication_port=port)
    RingData([array.array('H', [0, 0])], [device], 31).save(f'{name}.ring.gz')
    write_server(name, f'[pipeline:main]\npipeline = {name}-server\n[app:{name}-server]\nuse = egg:swift#{name}\n')
write_server('proxy', PROXY)

for name, socket in sockets.items():
    eventlet.spawn(
        eventlet.wsgi.server,
        socket,
        wsgi.loadapp(f'{folder}/{name}-server.conf'),
        wsgi.NullLogger(),
        protocol=wsgi.SwiftHttpProtocol,
        # ETag, not Etag.
        capitalize_response_headers=False,
    )

print(sockets['proxy'].getsockname()[1], flush=True)
eventlet.tpool.execute(sys.stdin.read)
