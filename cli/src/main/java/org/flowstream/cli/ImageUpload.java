package org.flowstream.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flowstream.image.Image;
import org.flowstream.model.ImageDigest;

/** Brings images to the daemon, and the large files that they name, each only where it is not there yet. */
final class ImageUpload {
    private static final int PIECE = 1 << 20;

    private ImageUpload() {}

    /** The image's path in the interface. */
    static String path(Image image) {
        return "/v1/images/" + ApiClient.segment(image.digest().toString());
    }

    /** Brings one; the image first, since it says that its files are wanted. False when it was there already. */
    static boolean bring(ApiClient client, Image image) {
        boolean upload = !client.has(path(image));
        if (upload) {
            client.put(path(image), "application/octet-stream", image.bytes());
        }
        image.parts().forEach((digest, file) -> bring(client, digest, file));
        return upload;
    }

    private static void bring(ApiClient client, ImageDigest digest, Path file) {
        String path = "/v1/parts/" + ApiClient.segment(digest.toString());
        if (client.has(path)) {
            return;
        }
        try (InputStream in = Files.newInputStream(file)) {
            long size = Files.size(file);
            long offset = 0;
            do {
                byte[] piece = in.readNBytes(PIECE);
                client.put(path + "?offset=" + offset + "&size=" + size, "application/octet-stream", piece);
                offset += piece.length;
                if (piece.length == 0 && offset < size) {
                    throw new CommandFailure(file + " became shorter while it was read");
                }
            } while (offset < size);
        } catch (IOException e) {
            throw new CommandFailure("cannot read " + file + ": " + e.getMessage());
        }
    }
}
