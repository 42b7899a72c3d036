"""Small images for the boot tests, written without the compiler: a blob, its segment, and the runtime with both.

The formats are those of docs/contracts.md, sections 2 and 3; the writer that users have is the Java one.
"""
import hashlib
import struct

PT_NULL, PT_LOAD, PT_NOTE = 0, 1, 4
INTEGER, BOOLEAN, TEXT, TABLE = 1, 2, 3, 5


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def pad(data, to):
    return data + bytes(-len(data) % to)


class Blob:
    def __init__(self):
        self.heap = bytearray()
        self.elements, self.connections, self.arguments = [], [], []

    def _ref(self, data, nul=False):
        self.heap = bytearray(pad(bytes(self.heap), 8))
        at = len(self.heap)
        self.heap += data + (b"\0" if nul else b"")
        return struct.pack("<II", at, len(data))

    def element(self, name, kind, config, arguments, inputs, outputs):
        """arguments: (index, encoding, value) each; answers the element's number."""
        refs = b"".join(self._ref(t.encode(), True) for t in (name, kind, config, ""))
        first = len(self.arguments)
        for index, encoding, value in arguments:
            if encoding == INTEGER:
                data = struct.pack("<q", value)
            elif encoding == BOOLEAN:
                data = bytes([value])
            elif encoding == TEXT:
                data = value.encode()
            else:
                items, data = value
            self.arguments.append(struct.pack("<HBBI", index, encoding, 0, items if encoding == TABLE else 1)
                                  + self._ref(data, encoding == TEXT))
        counts = struct.pack("<IIIHHII", 0, first, len(self.arguments) - first, inputs, outputs, 0, 0)
        self.elements.append(refs + counts)
        return len(self.elements) - 1

    def connect(self, source, from_port, target, to_port):
        self.connections.append(struct.pack("<IIHH", source, target, from_port, to_port))

    def bytes(self):
        at, body, places = 64, b"", []
        for records in (self.elements, self.connections, self.arguments):
            data = pad(b"".join(records), 8)
            places += [len(records), at]
            body += data
            at += len(data)
        heap = pad(bytes(self.heap), 8)
        length = at + len(heap)
        header = b"FSBLOB\r\n" + struct.pack("<III", 1, length, 0) + struct.pack("<6I", *places)
        header += struct.pack("<II", at, len(heap)) + bytes(12)
        blob = bytearray(header + body + heap)
        blob[16:20] = struct.pack("<I", crc32c(blob))
        return bytes(blob)


def build(runtime, blob, manifest=b'{"devices":[],"format":1}'):
    """The image's bytes: `runtime` with the spare program headers filled in, and the segment behind it."""
    elf = bytearray(pad(runtime, 4096))
    offset, = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    headers = [struct.unpack_from("<IIQQQQQQ", elf, offset + i * size) for i in range(count)]
    address = max(h[4] + h[6] for h in headers if h[0] == PT_LOAD)
    address += -address % 4096
    spare = [i for i, h in enumerate(headers) if h[0] == PT_NULL]

    at = len(elf)
    segment, note_at, note_length = segment_of(blob, manifest)
    length = len(segment) + 32
    struct.pack_into("<IIQQQQQQ", elf, offset + spare[0] * size, PT_LOAD, 4, at, address, address, length, length, 4096)
    struct.pack_into("<IIQQQQQQ", elf, offset + spare[1] * size, PT_NOTE, 4, at + note_at, address + note_at,
                     address + note_at, note_length, note_length, 4)
    data = bytes(elf) + segment
    return data + hashlib.sha256(data).digest()


def swap(image):
    """What is written to a running machine's handler `image` to have it take that image's configuration."""
    segment = image[image.rindex(b"FSIMAGE1"):]
    return hashlib.sha256(segment).digest() + segment


def segment_of(blob, manifest):
    """The segment without the digest, and where its note lies and how long it is."""
    note = struct.pack("<III", 11, len(manifest), 1) + pad(b"Flowstream\0", 4) + pad(manifest, 4)
    blob_at = 64
    note_at = blob_at + len(pad(blob, 8))
    manifest_at = note_at + 12 + 12
    digest_at = note_at + len(pad(note, 8))
    length = digest_at + 32
    header = b"FSIMAGE1" + struct.pack("<8I", length, blob_at, len(blob), note_at, len(note), manifest_at,
                                       len(manifest), digest_at) + bytes(24)
    return header + pad(blob, 8) + pad(note, 8), note_at, len(note)


def wire(devices=2):
    """Each device of a pair gives what it receives to the other one."""
    blob = Blob()
    for i in range(devices):
        other = str(i ^ 1)
        source = blob.element(f"from{i}", "FromDevice", str(i), [(0, TEXT, str(i))], 0, 1)
        target = blob.element(f"to{other}", "ToDevice", other, [(0, TEXT, other)], 1, 0)
        blob.connect(source, 0, target, 0)
    return blob.bytes()


def rules(offset, mask, port):
    """A match program of two rules: `allow` where the 32-bit word at the transport header says `port`, else `deny`."""
    nodes = struct.pack("<HBBIIII", offset, 2, 0, mask, port, 0x80000000, 0x80000001)
    return 2, struct.pack("<6I", 1, 2, 1, 0, 0, 0xFFFFFFFF) + nodes


def firewall(port=80):
    """What the template `firewall` is made of: destination port `port` passes both ways, ARP passes, all else does not."""
    blob = Blob()
    for i in (0, 1):
        other = str(i ^ 1)
        source = blob.element(f"from{i}", "FromDevice", f"{i}, PROMISC true", [(0, TEXT, str(i)), (2, BOOLEAN, 1)], 0, 1)
        target = blob.element(f"to{i}", "ToDevice", other, [(0, TEXT, other)], 1, 0)
        inner = blob.element(f"inner{i}", "MarkInnerHeader", "", [], 1, 4)
        check = blob.element(f"check{i}", "CheckIPHeader", "MARKED true", [(8, BOOLEAN, 1)], 1, 1)
        check6 = blob.element(f"check6{i}", "CheckIP6Header", "MARKED true", [(2, BOOLEAN, 1)], 1, 1)
        table = [(0, TABLE, rules(0, 0xFFFF, port))]
        filters = blob.element(f"filter{i}", "IPFilter", f"allow dst port {port}, deny all", table, 1, 1)
        filters6 = blob.element(f"filter6{i}", "IP6Filter", f"allow dst port {port}, deny all", table, 1, 1)
        arp = blob.element(f"arp{i}", "Counter", "", [], 1, 1)
        rest = blob.element(f"other{i}", "Discard", "", [], 1, 0)
        blob.connect(source, 0, inner, 0)
        for port_out, path in enumerate(([check, filters, target], [check6, filters6, target], [arp, target], [rest])):
            blob.connect(inner, port_out, path[0], 0)
            for a, b in zip(path, path[1:]):
                blob.connect(a, 0, b, 0)
    return blob.bytes()
