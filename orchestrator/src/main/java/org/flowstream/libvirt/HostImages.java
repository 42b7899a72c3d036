package org.flowstream.libvirt;

import com.sun.jna.PointerType;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.flowstream.domain.UploadXml;
import org.flowstream.model.Installation;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.CString;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.Libvirt;
import org.libvirt.jna.SizeT;
import org.libvirt.jna.StoragePoolPointer;
import org.libvirt.jna.StorageVolPointer;
import org.libvirt.jna.StreamPointer;

/**
 * Images on the host of a machine, which need not be ours: in a storage pool of the installation's, whose name is its
 * tag. An image is there while its machine is being made, since Xen reads it once.
 */
final class HostImages {
    private static final int PIECE = 128 * 1024;

    private final ConnectionPointer connection;
    private final Installation installation;

    HostImages(ConnectionPointer connection, Installation installation) {
        this.connection = connection;
        this.installation = installation;
    }

    /** Puts an image there, in place of one of that name. */
    Path upload(String name, byte[] image) {
        StoragePoolPointer pool = pool();
        try {
            remove(pool, name);
            StorageVolPointer volume = Calls.object(
                    Libvirt.INSTANCE.virStorageVolCreateXML(pool, UploadXml.volume(name, image.length), 0));
            try {
                write(volume, image);
                return Path.of(Calls.text(Libvirt.INSTANCE.virStorageVolGetPath(volume)));
            } catch (LibvirtFault e) {
                Libvirt.INSTANCE.virStorageVolDelete(volume, 0);
                throw e;
            } finally {
                Libvirt.INSTANCE.virStorageVolFree(volume);
            }
        } finally {
            Libvirt.INSTANCE.virStoragePoolFree(pool);
        }
    }

    private void write(StorageVolPointer volume, byte[] image) {
        StreamPointer stream = Calls.object(Libvirt.INSTANCE.virStreamNew(connection, 0));
        try {
            Calls.number(Libvirt.INSTANCE.virStorageVolUpload(volume, stream, 0, image.length, 0));
            ByteBuffer all = ByteBuffer.allocateDirect(image.length).put(image).flip();
            while (all.hasRemaining()) {
                int most = Math.min(all.remaining(), PIECE);
                int sent = Calls.number(Libvirt.INSTANCE.virStreamSend(stream, all.slice(), new SizeT(most)));
                all.position(all.position() + sent);
            }
            Calls.number(Libvirt.INSTANCE.virStreamFinish(stream));
        } catch (LibvirtFault e) {
            Libvirt.INSTANCE.virStreamAbort(stream);
            throw e;
        } finally {
            Libvirt.INSTANCE.virStreamFree(stream);
        }
    }

    /** Takes an image away; one that is gone is no error. */
    void remove(String name) {
        StoragePoolPointer pool = pool();
        try {
            remove(pool, name);
        } finally {
            Libvirt.INSTANCE.virStoragePoolFree(pool);
        }
    }

    private static void remove(StoragePoolPointer pool, String name) {
        StorageVolPointer volume = Libvirt.INSTANCE.virStorageVolLookupByName(pool, name);
        if (!isThere(volume)) {
            return;
        }
        try {
            Calls.number(Libvirt.INSTANCE.virStorageVolDelete(volume, 0));
        } finally {
            Libvirt.INSTANCE.virStorageVolFree(volume);
        }
    }

    /** The pool, defined where it is not, and active. */
    private StoragePoolPointer pool() {
        StoragePoolPointer there = find();
        StoragePoolPointer pool = isThere(there)
                ? there
                : Calls.object(Libvirt.INSTANCE.virStoragePoolDefineXML(connection, UploadXml.pool(installation), 0));
        try {
            if (Calls.number(Libvirt.INSTANCE.virStoragePoolIsActive(pool)) == 0) {
                // Building one that is built leaves what is in it.
                Calls.number(Libvirt.INSTANCE.virStoragePoolBuild(pool, 0));
                Calls.number(Libvirt.INSTANCE.virStoragePoolCreate(pool, 0));
            }
            return pool;
        } catch (LibvirtFault e) {
            Libvirt.INSTANCE.virStoragePoolFree(pool);
            throw e;
        }
    }

    private StoragePoolPointer find() {
        return Libvirt.INSTANCE.virStoragePoolLookupByName(connection, UploadXml.poolName(installation));
    }

    private static boolean isThere(@Nullable PointerType found) {
        return found != null && found.getPointer() != null;
    }

    boolean hasPool() {
        StoragePoolPointer pool = find();
        if (isThere(pool)) {
            Libvirt.INSTANCE.virStoragePoolFree(pool);
            return true;
        }
        return false;
    }

    /** Takes the pool away with its folder and all that is in it. */
    void removeAll() {
        StoragePoolPointer pool = pool();
        try {
            int count = Calls.number(Libvirt.INSTANCE.virStoragePoolNumOfVolumes(pool));
            CString[] names = new CString[count];
            int listed = count == 0 ? 0 : Calls.number(Libvirt.INSTANCE.virStoragePoolListVolumes(pool, names, count));
            for (int i = 0; i < listed; i++) {
                remove(pool, names[i].toString());
            }
            Calls.number(Libvirt.INSTANCE.virStoragePoolDestroy(pool));
            Calls.number(Libvirt.INSTANCE.virStoragePoolDelete(pool, 0));
            Calls.number(Libvirt.INSTANCE.virStoragePoolUndefine(pool));
        } finally {
            Libvirt.INSTANCE.virStoragePoolFree(pool);
        }
    }
}
