package org.flowstream.daemon;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.flowstream.image.Image;
import org.flowstream.image.ImageCompiler;
import org.flowstream.pool.Pools;

/** The images of machines that wait, built when they are first asked for: the compiler is not loaded before. */
final class BlankImages implements Pools.EmptyImages {
    private final Map<Integer, Image> built = new ConcurrentHashMap<>();

    @Override
    public Image of(int devices) {
        return built.computeIfAbsent(devices, count -> ImageCompiler.ofProgram().empty(count));
    }
}
